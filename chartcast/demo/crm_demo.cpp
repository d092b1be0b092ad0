#include "demo/crm_demo.hpp"

#include "demo/crm_data.hpp"
#include "embedded/demo_files.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace chartcast::demo {
namespace {

constexpr std::string_view database_mark = "@DATABASE@";

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
    std::string text(demo_files().front().identity);
    return text.replace(text.find(database_mark), database_mark.size(), quoted(database()));
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
