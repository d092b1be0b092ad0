#pragma once
// inotify, as far as a configuration needs it. What adds watches may run on another thread than the rest,
// one call at a time; the kernel keeps them apart.

#include "config/watched_places.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace chartcast::config {

class FileWatch {
public:
    /// Names by the kernel's number of a watch.
    using Watches = std::map<int, std::set<std::string>>;

    explicit FileWatch(boost::asio::io_context& io);

    /// Watches these places from now on, beside those that are watched already. Reads folders.
    [[nodiscard]] Watches add(const WatchedPlaces& places);
    /// From now on only these count. Returns whether others did before.
    bool keep(Watches watches);
    /// Calls back once, when something happened at one of the places, while `owner` (of this object, too)
    /// is there.
    void wait(std::weak_ptr<void> owner, std::function<void()> on_change);

private:
    [[nodiscard]] bool read_events();

    boost::asio::posix::stream_descriptor inotify_;
    Watches watches_;
};

}  // namespace chartcast::config
