#pragma once
// The server of live charts, wired: what settings ask for, from the listener to the disk. Made on the main
// thread, which becomes shard 0 in run().

#include "api/routes/services.hpp"
#include "auth/authenticator.hpp"
#include "config/settings.hpp"
#include "config/settings_watcher.hpp"
#include "program/internal_server.hpp"
#include "program/metrics_page.hpp"
#include "program/redis_probe.hpp"
#include "program/source_host.hpp"
#include "store/store.hpp"
#include "viewers/owner.hpp"
#include "viewers/viewers.hpp"
#include <socketio/server.hpp>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace chartcast::program {

class LiveServer {
public:
    /// Opens the store and registers every route. Throws store::StoreError, and boost::system::system_error
    /// for what concerns addresses.
    LiveServer(const config::Config& config, config::SettingsPtr settings);
    ~LiveServer();
    LiveServer(const LiveServer&) = delete;
    LiveServer& operator=(const LiveServer&) = delete;

    // ---- Before run() --------------------------------------------------------------------------
    [[nodiscard]] socketio::Server& server() noexcept { return server_; }
    [[nodiscard]] viewers::Owner& owner() noexcept { return owner_; }
    /// HOST:PORT of the listener for operators, or "none". Known once run() listens.
    [[nodiscard]] std::string internal_address() const;
    /// Changed files are read while the server runs; a broken one changes nothing.
    void follow(config::SettingsWatcher::Files files) { files_ = std::move(files); }
    /// On shard 0, once the server listens; and before it ends.
    void on_start(std::function<void()> work) { start_work_.push_back(std::move(work)); }
    void on_stop(std::function<void()> work) { stop_work_.push_back(std::move(work)); }

    /// Serves until SIGINT or SIGTERM. Viewers leave a thousand a second then, for ten seconds at most; a second
    /// signal ends it at once.
    void run();

private:
    void serve_routes();
    void wait_for_signal();
    void start();
    void stop();
    void reload(const config::SettingsNews& news);
    void reload_certificates();
    [[nodiscard]] Readiness readiness() const;
    [[nodiscard]] auth::Authenticator& authenticator() noexcept { return *authenticators_.back(); }
    [[nodiscard]] std::function<void(std::function<void()>)> post_to_shard_0();

    config::Config config_;
    config::SettingsPtr settings_;
    std::vector<std::function<void()>> start_work_;
    std::vector<std::function<void()>> stop_work_;
    std::optional<config::SettingsWatcher::Files> files_;

    boost::asio::thread_pool slow_work_{1};
    api::Services services_;
    socketio::Server server_;
    std::unique_ptr<store::Store> store_;
    /// The last one is used; shards may still be busy with those of before a reload.
    std::vector<std::unique_ptr<auth::Authenticator>> authenticators_;
    socketio::PerShard<const auth::Authenticator*> authenticator_here_;
    socketio::PerShard<config::SettingsPtr> settings_here_;
    viewers::Owner owner_;
    viewers::Viewers viewers_;
    SourceHost sources_;
    /// With Redis only.
    std::unique_ptr<RedisProbe> redis_probe_;
    std::unique_ptr<InternalServer> internal_;
    std::unique_ptr<config::SettingsWatcher> watcher_;
    boost::asio::signal_set signals_;
    std::string reload_problem_;
    bool cluster_is_reached_ = true;  ///< As the adapter says, which begins with nothing. Shard 0.
    bool draining_ = false;           ///< Shard 0.
};

}  // namespace chartcast::program
