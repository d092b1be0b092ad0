#pragma once
// The viewers of one shard: lets them in, hears what they ask for, and turns to the owner for it. Lives on one
// shard. docs/protocol.md, "Connecting" and "While connected".

#include "auth/authenticator.hpp"
#include "config/settings.hpp"
#include "viewers/hello/chart_request.hpp"
#include "viewers/subscription.hpp"
#include "viewers/viewer.hpp"
#include <socketio/server.hpp>

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace chartcast::viewers {

class ViewerDesk {
public:
    using Clock = std::function<std::int64_t()>;

    ViewerDesk(socketio::Server& server, unsigned shard, SubscriptionPort& owner,
               const auth::Authenticator& authenticator, config::SettingsPtr settings, Clock now);

    /// The authenticator outlives the desk, as the one before does. With another one, those whose API key or
    /// embed token no longer counts may nothing any more; their charts are to be refreshed.
    void change_settings(config::SettingsPtr settings, const auth::Authenticator& authenticator);
    /// Who watches the chart subscribes again.
    void refresh(const std::string& chart);
    void stop();
    [[nodiscard]] std::size_t viewers() const noexcept { return viewers_.size(); }

    // ---- From sockets --------------------------------------------------------------------------
    void authenticate(socketio::Socket& socket, const socketio::Next& next);
    void welcome(socketio::Socket& socket);
    void on_subscribe(socketio::Socket& socket, const socketio::Args& args,
                      const socketio::Ack& ack);
    void on_unsubscribe(socketio::Socket& socket, const socketio::Args& args,
                        const socketio::Ack& ack);
    void on_pause(socketio::Socket& socket, const socketio::Args& args, const socketio::Ack& ack);
    void on_resume(socketio::Socket& socket, const socketio::Args& args, const socketio::Ack& ack);
    void on_resync(socketio::Socket& socket, const socketio::Args& args, const socketio::Ack& ack);
    void on_renew(socketio::Socket& socket, const socketio::Args& args, const socketio::Ack& ack);
    void on_backlog(socketio::Socket& socket);
    void on_drain(socketio::Socket& socket);

private:
    void check_again(const std::shared_ptr<Viewer>& viewer) const;

    /// The viewer and what it asks for; otherwise it has been told what is wrong.
    [[nodiscard]] Viewer* check_ask(socketio::Socket& socket,
                                    const std::optional<ChartRequest>& ask,
                                    const socketio::Ack& ack);
    void ask_owner(SubscribeRequest request);
    /// Writes it down; the viewer is told by its answer.
    void refused(const Viewer& viewer, std::string_view chart, Code code) const;
    void give_back(Viewer::Leases leases);
    void on_answer(SubscribeAnswer answer);
    /// `unless_seen`: only for what is another than it was sent.
    void ask_again(Viewer& viewer, bool unless_seen);
    void forget(std::uint64_t number);
    [[nodiscard]] Code count_ask(Viewer& viewer) const;
    void watch_expiry(Viewer& viewer);
    void look_at_expiry(Viewer& viewer, std::optional<std::int64_t> when);
    void arm_expiry();
    void expire();

    socketio::Server& server_;
    const unsigned shard_;
    SubscriptionPort& owner_;
    const auth::Authenticator* authenticator_;
    config::SettingsPtr settings_;
    Clock now_;

    std::map<std::uint64_t, std::shared_ptr<Viewer>> viewers_;
    std::uint64_t next_number_ = 1;
    /// By milliseconds since 1970, and viewer: each viewer has one at most.
    std::set<std::pair<std::int64_t, std::uint64_t>> expiries_;
    boost::asio::steady_timer expiry_timer_;
};

}  // namespace chartcast::viewers
