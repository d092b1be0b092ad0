#include "config/load_settings.hpp"

#include "config/reading/yaml_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

namespace chartcast::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t files_max = 1000;
constexpr std::size_t all_bytes_max = 16 * 1024 * 1024;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw SettingsError({path + ": " + why});
}

SettingsText read_file(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) refuse(path, std::string("cannot be read: ") + std::strerror(errno));
    // One byte over the bound is enough to know, whatever the file goes on to hold.
    std::string text(YamlLimits{}.bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) refuse(path, "cannot be read");
    text.resize(static_cast<std::size_t>(file.gcount()));
    return {path, std::move(text), fs::path(path).parent_path().string()};
}

bool is_configuration(const fs::path& path) {
    const auto name = path.filename().string();
    const auto extension = path.extension().string();
    return !name.starts_with('.') &&
           (extension == ".yaml" || extension == ".yml" || extension == ".json");
}

std::vector<std::string> files_of(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code ec;
    for (fs::directory_iterator entry(folder, ec), end; !ec && entry != end; entry.increment(ec)) {
        if (is_configuration(entry->path())) files.push_back(entry->path().string());
        if (files.size() > files_max) refuse(folder, "more than 1000 files; divide the folder");
    }
    if (ec) refuse(folder, "cannot be read: " + ec.message());
    if (files.empty()) refuse(folder, "has no *.yaml, *.yml or *.json in it");
    std::ranges::sort(files);
    return files;
}

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::size_t size_of(const socketio::Value& value) {
    if (const auto* array = value.if_array()) return array->size();
    if (const auto* object = value.if_object()) return object->size();
    return 0;
}

}  // namespace

Environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        // Nothing in this program changes its environment.
        const auto* value = std::getenv(name.c_str());
        return value ? std::optional<std::string>(value) : std::nullopt;
    };
}

std::vector<SettingsText> read_files(const std::vector<std::string>& paths) {
    std::vector<SettingsText> texts;
    std::size_t bytes = 0;
    for (const auto& path : paths) {
        std::error_code ec;
        const auto files = fs::is_directory(path, ec) ? files_of(path) : std::vector{path};
        for (const auto& file : files) {
            texts.push_back(read_file(file));
            bytes += texts.back().text.size();
            if (bytes > all_bytes_max) refuse(path, "more than 16 MiB of configuration");
        }
    }
    return texts;
}

Settings load_settings(const std::vector<SettingsText>& texts) {
    auto settings = read_settings(texts, process_environment());
    // Reading the authorities takes too long for a thread that serves viewers.
    if (settings.cluster) redis::load_tls(settings.cluster->redis.options);
    return settings;
}

Settings load_settings(const std::vector<std::string>& paths) {
    return load_settings(read_files(paths));
}

std::string summary(const Settings& settings) {
    auto text = counted(settings.datasets.size(), "dataset", "datasets") + ", " +
                counted(settings.charts.size(), "chart", "charts");
    const auto add = [&](std::size_t count, const std::string& one, const std::string& many) {
        if (count > 0) text += ", " + counted(count, one, many);
    };
    add(settings.connections.size(), "connection", "connections");
    add(settings.auth.api_keys.size(), "API key", "API keys");
    add(size_of(settings.alerts), "alert", "alerts");
    add(settings.dashboards.size(), "dashboard", "dashboards");
    return text;
}

}  // namespace chartcast::config
