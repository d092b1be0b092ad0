#include "config/file_watch.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <sys/inotify.h>
#include <unistd.h>

namespace chartcast::config {
namespace {

constexpr std::uint32_t wanted = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                 IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

/// Whether an event at a watch with these names is one of ours.
bool concerns(const inotify_event& event, const std::set<std::string>& names, const char* name) {
    return names.empty() || event.len == 0 || names.contains(name);
}

}  // namespace

FileWatch::FileWatch(boost::asio::io_context& io) : inotify_(io) {
    const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd >= 0) inotify_.assign(fd);
}

FileWatch::Watches FileWatch::add(const WatchedPlaces& places) {
    Watches watches;
    if (!inotify_.is_open()) return watches;
    for (const auto& [folder, names] : places) {
        const int watch = inotify_add_watch(inotify_.native_handle(), folder.c_str(), wanted);
        if (watch < 0) continue;
        const auto [found, is_new] = watches.try_emplace(watch, names);
        if (is_new) continue;
        // The same folder by two names.
        if (names.empty()) found->second.clear();
        if (!found->second.empty()) found->second.insert(names.begin(), names.end());
    }
    return watches;
}

bool FileWatch::keep(Watches watches) {
    bool changed = false;
    for (const auto& [watch, names] : watches_) {
        if (watches.contains(watch)) continue;
        (void)inotify_rm_watch(inotify_.native_handle(), watch);
        changed = true;
    }
    changed = changed || watches.size() != watches_.size();
    watches_ = std::move(watches);
    return changed;
}

void FileWatch::wait(std::weak_ptr<void> owner, std::function<void()> on_change) {
    if (!inotify_.is_open()) return;
    auto readable = [this, owner, on_change = std::move(on_change)](
                        const boost::system::error_code& ec) mutable {
        const auto alive = owner.lock();
        if (ec || !alive) return;
        if (read_events()) return on_change();
        wait(std::move(owner), std::move(on_change));
    };
    inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(readable));
}

bool FileWatch::read_events() {
    alignas(inotify_event) std::array<char, 16 * 1024> buffer;
    bool ours = false;
    for (;;) {
        const auto bytes = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
        if (bytes <= 0) return ours;
        for (std::size_t at = 0; at < static_cast<std::size_t>(bytes);) {
            inotify_event event;
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const auto* name = buffer.data() + at + sizeof event;
            const auto watch = watches_.find(event.wd);
            // Lost events may have been ours.
            ours = ours || (event.mask & IN_Q_OVERFLOW) != 0 ||
                   (watch != watches_.end() && concerns(event, watch->second, name));
            at += sizeof event + event.len;
        }
    }
}

}  // namespace chartcast::config
