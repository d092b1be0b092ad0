#include "viewers/viewers.hpp"

namespace chartcast::viewers {

using socketio::Ack;
using socketio::Args;
using socketio::Socket;

Viewers::Viewers(socketio::Server& server, SubscriptionPort& owner,
                 const auth::Authenticator& authenticator, const config::SettingsPtr& settings,
                 const ViewerDesk::Clock& now)
    : server_(server), owner_(owner), desks_(server) {
    for (unsigned shard = 0; shard < server.shards(); ++shard) {
        desks_.at(shard) =
            std::make_unique<ViewerDesk>(server, shard, owner, authenticator, settings, now);
    }
    set_up(server.of("/"));
    for (const auto& chart : settings->charts) open(chart.id);
}

void Viewers::open(const std::string& chart) {
    server_.of("/charts/" + chart, [this](socketio::Namespace& nsp) { set_up(nsp); });
}

void Viewers::set_up(socketio::Namespace& nsp) {
    nsp.use(
        [this](Socket& socket, const socketio::Next& next) { here().authenticate(socket, next); });
    nsp.on_connection([this](Socket& socket) { here().welcome(socket); });
    nsp.on_remote_broadcast([this](const socketio::ClusterBroadcast& broadcast) {
        return owner_.on_remote_broadcast(broadcast);
    });
    using Handler = void (ViewerDesk::*)(Socket&, const Args&, const Ack&);
    const auto on = [&](std::string_view event, Handler handler) {
        nsp.on(event, [this, handler](Socket& socket, const Args& args, Ack ack) {
            (here().*handler)(socket, args, ack);
        });
    };
    on("chart:sub", &ViewerDesk::on_subscribe);
    on("chart:unsub", &ViewerDesk::on_unsubscribe);
    on("chart:pause", &ViewerDesk::on_pause);
    on("chart:resume", &ViewerDesk::on_resume);
    on("chart:resync", &ViewerDesk::on_resync);
    on("auth:renew", &ViewerDesk::on_renew);
    nsp.on_backlog([this](Socket& socket) { here().on_backlog(socket); });
    nsp.on_drain([this](Socket& socket) { here().on_drain(socket); });
}

void Viewers::close(const std::string& chart) {
    server_.close_namespace("/charts/" + chart);
}

void Viewers::change_settings(const config::SettingsPtr& settings,
                              const auth::Authenticator& authenticator) {
    for (unsigned shard = 0; shard < server_.shards(); ++shard) {
        server_.post(shard, [this, settings, &authenticator] {
            here().change_settings(settings, authenticator);
        });
    }
}

void Viewers::refresh(const std::string& chart) {
    for (unsigned shard = 0; shard < server_.shards(); ++shard) {
        server_.post(shard, [this, chart] { here().refresh(chart); });
    }
}

void Viewers::stop() {
    for (unsigned shard = 0; shard < server_.shards(); ++shard) {
        server_.post(shard, [this] { here().stop(); });
    }
}

}  // namespace chartcast::viewers
