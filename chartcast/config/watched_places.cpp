#include "config/watched_places.hpp"

#include <cstddef>
#include <deque>
#include <filesystem>
#include <system_error>

namespace chartcast::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t steps_max = 256;

void add(WatchedPlaces& places, const fs::path& path) {
    const auto folder = path.parent_path().string();
    const auto [found, is_new] = places.try_emplace(folder);
    // A folder that is watched as a whole stays so.
    if (is_new || !found->second.empty()) found->second.insert(path.filename().string());
}

/// Walks as the kernel does, and notes each link and what stands at the end.
fs::path walk(WatchedPlaces& places, const fs::path& path) {
    std::error_code ec;
    auto at = fs::path("/");
    const auto whole = fs::absolute(path, ec).lexically_normal().relative_path();
    std::deque<fs::path> rest(whole.begin(), whole.end());
    for (std::size_t step = 0; !rest.empty() && step < steps_max; ++step) {
        const auto name = rest.front();
        rest.pop_front();
        if (name.empty() || name == ".") continue;
        const auto next = name == ".." ? at.parent_path() : at / name;
        const auto target = fs::read_symlink(next, ec);
        if (!ec || rest.empty()) add(places, next);
        if (ec) {
            at = next;
            continue;
        }
        if (target.is_absolute()) at = "/";
        const auto relative = target.relative_path();
        rest.insert(rest.begin(), relative.begin(), relative.end());
    }
    return at;
}

}  // namespace

WatchedPlaces watched_places(const std::vector<std::string>& paths) {
    WatchedPlaces places;
    for (const auto& path : paths) {
        const auto end = walk(places, path);
        std::error_code ec;
        if (!fs::is_directory(end, ec)) continue;
        places[end.string()].clear();
        for (fs::directory_iterator entry(end, ec), last; !ec && entry != last;
             entry.increment(ec)) {
            if (entry->is_symlink(ec)) walk(places, entry->path());
        }
    }
    return places;
}

}  // namespace chartcast::config
