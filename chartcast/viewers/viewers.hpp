#pragma once
// All viewers of this process: a desk on each shard, and namespaces that lead to them. Made before the server
// runs; reached on shard 0.

#include "viewers/viewer_desk.hpp"
#include <socketio/per_shard.hpp>
#include <socketio/server.hpp>

#include <memory>
#include <string>

namespace chartcast::viewers {

class Viewers {
public:
    Viewers(socketio::Server& server, SubscriptionPort& owner,
            const auth::Authenticator& authenticator, const config::SettingsPtr& settings,
            const ViewerDesk::Clock& now);

    /// Clients may connect to `/charts/<id>`.
    void open(const std::string& chart);
    /// Clients may not any more; who is connected is disconnected.
    void close(const std::string& chart);
    void change_settings(const config::SettingsPtr& settings,
                         const auth::Authenticator& authenticator);
    /// The chart is another than before: who watches it subscribes again.
    void refresh(const std::string& chart);
    void stop();

private:
    void set_up(socketio::Namespace& nsp);
    [[nodiscard]] ViewerDesk& here() { return *desks_.local(); }

    socketio::Server& server_;
    SubscriptionPort& owner_;
    socketio::PerShard<std::unique_ptr<ViewerDesk>> desks_;
};

}  // namespace chartcast::viewers
