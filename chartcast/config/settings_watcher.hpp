#pragma once
// Notices that configuration files changed, reads them on a thread of its own, and tells the result: all of
// a good configuration, or why it is none. Lives on the shard whose io_context it gets.

#include "config/reading/read_settings.hpp"
#include "config/settings.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/system/result.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace chartcast::config {

/// New settings, or the lines of a SettingsError.
using SettingsNews = boost::system::result<SettingsPtr, std::string>;

class SettingsWatcher {
public:
    /// Runs something on the watcher's shard; from any thread.
    using Post = std::function<void(std::function<void()>)>;
    using OnNews = std::function<void(SettingsNews)>;

    struct Files {
        std::vector<std::string> paths;
        /// What the settings in use were read from.
        std::vector<SettingsText> texts;
    };

    /// Watches from now on, and takes SIGHUP. `on_news` is called when the files say something new, good or
    /// bad, and after SIGHUP and reload() in any case. Where the kernel has no watch to give, SIGHUP still
    /// works. Whatever `post` needs must outlive this.
    SettingsWatcher(boost::asio::io_context& io, Post post, Files files, OnNews on_news);
    /// Waits for a reading that is under way.
    ~SettingsWatcher();
    SettingsWatcher(const SettingsWatcher&) = delete;
    SettingsWatcher& operator=(const SettingsWatcher&) = delete;

    /// Reads now, changed or not.
    void reload();

private:
    class Implementation;
    std::shared_ptr<Implementation> implementation_;
};

}  // namespace chartcast::config
