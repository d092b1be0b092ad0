#include "demo/crm_demo.hpp"

#include "demo/crm_data.hpp"
#include "embedded/demo_files.hpp"
#include <socketio/json.hpp>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace chartcast::demo {
namespace {

std::string_view demo_file(std::string_view name) {
    for (const auto& file : demo_files()) {
        if (file.name == name) return file.identity;
    }
    throw std::logic_error("the demo has no file " + std::string(name));
}

/// Between the double quotes of YAML.
std::string quoted(const std::string& text) {
    std::string quoted;
    for (const char byte : text) {
        if (byte == '"' || byte == '\\') quoted += '\\';
        quoted += byte;
    }
    return quoted;
}

}  // namespace

DemoFolder::DemoFolder(const std::string& wanted) : path_(wanted), is_private_(wanted.empty()) {
    std::error_code error;
    if (is_private_) {
        path_ = (std::filesystem::temp_directory_path(error) / "chartcast-demo-XXXXXX").string();
        if (!error && !::mkdtemp(path_.data())) error.assign(errno, std::generic_category());
    } else {
        std::filesystem::create_directories(path_, error);
    }
    if (error) throw DemoError("cannot make the folder " + path_ + ": " + error.message());
}

DemoFolder::~DemoFolder() {
    std::error_code ignored;
    if (is_private_) std::filesystem::remove_all(path_, ignored);
}

CrmDemo::CrmDemo(const Options& options) : folder_(options.folder), seed_(options.seed) {
    CrmPast past;
    past.seed = options.seed;
    past.now = options.now;
    if (const auto problem = make_crm(database(), past); !problem.empty()) {
        throw DemoError("cannot make the demo's CRM: " + problem);
    }
}

std::string CrmDemo::configuration() const {
    std::string text(demo_file("crm.yaml"));
    const auto fill = [&text](std::string_view mark, const std::string& path) {
        text.replace(text.find(mark), mark.size(), quoted(path));
    };
    fill("@DATABASE@", database());
    fill("@STORE@", folder_.path() + "/store");
    return text;
}

socketio::Array CrmDemo::signups() {
    const auto rows = socketio::parse_json(demo_file("signups.json"));
    if (!rows || !rows->if_array()) throw std::logic_error("signups.json holds no rows");
    return *rows->if_array();
}

std::string CrmDemo::database() const {
    return folder_.path() + "/crm.db";
}

void CrmDemo::start(boost::asio::io_context& io, sources::Post post) {
    CrmPace::Options options;
    options.writer.path = database();
    options.writer.seed = seed_;
    pace_.emplace(io, std::move(post), std::move(options)).start();
}

void CrmDemo::stop() {
    pace_.reset();
}

}  // namespace chartcast::demo
