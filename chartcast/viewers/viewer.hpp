#pragma once
// One socket and the charts that it watches. Lives on the socket's shard.
//
//   a chart of a viewer:  asked --answer--> watched --pause--> paused --resume--> asked
//                           |                  |
//                           +----- refused     +--- the socket is behind: left, and asked again when it drained
//
// An answer counts only if it is the one to the chart's last request: others came too late, and their leases
// go back at once.

#include "auth/identity.hpp"
#include "viewers/hello/hello.hpp"
#include "viewers/subscription.hpp"
#include <socketio/ack.hpp>
#include <socketio/socket.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chartcast::viewers {

class Viewer {
public:
    Viewer(socketio::Socket& socket, std::uint64_t number, Hello hello)
        : socket_(socket), number_(number), hello_(std::move(hello)) {}
    Viewer(const Viewer&) = delete;
    Viewer& operator=(const Viewer&) = delete;

    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] socketio::Socket& socket() const noexcept { return socket_; }
    [[nodiscard]] const Hello& hello() const noexcept { return hello_; }
    [[nodiscard]] const std::shared_ptr<const auth::Identity>& who() const noexcept { return who_; }
    void identify(auth::Identity who) {
        who_ = std::make_shared<const auth::Identity>(std::move(who));
    }

    /// What proves who it is; auth:renew brings another.
    std::string token;

    // ---- Charts --------------------------------------------------------------------------------
    struct Asked {
        std::optional<Since> since;
        std::optional<double> max_rate;
        /// Asks for what it had before.
        bool again = false;
        /// It has read all that it was sent: what it has already need not come again.
        bool unless_seen = false;
        socketio::Ack ack;
    };
    /// What to ask the owner. Of a chart that is watched: it stays so until the answer is there.
    [[nodiscard]] SubscribeRequest ask(const std::string& chart, Asked asked);
    [[nodiscard]] bool has(const std::string& chart) const { return charts_.contains(chart); }
    [[nodiscard]] std::size_t charts() const noexcept { return charts_.size(); }
    [[nodiscard]] std::vector<std::string> chart_ids() const;
    [[nodiscard]] bool paused(const std::string& chart) const;

    /// Leases that are to go back to the owner.
    using Leases = std::vector<std::uint64_t>;
    /// Joins the rooms and sends the first frame, or says why not.
    [[nodiscard]] Leases take(SubscribeAnswer answer);
    [[nodiscard]] Leases forget(const std::string& chart);
    [[nodiscard]] Leases pause(const std::string& chart);
    /// All of them; the charts stay, to be asked for again.
    [[nodiscard]] Leases leave_rooms();
    /// Its token is too old, and the grace is over: the same, and who waits for an answer has it.
    [[nodiscard]] Leases expire();
    void renew() noexcept { expired_ = false; }
    [[nodiscard]] bool expired() const noexcept { return expired_; }

    // ---- Moods ---------------------------------------------------------------------------------
    /// Its queue is full: it gets nothing until that has drained.
    bool behind = false;
    /// When its token is to be looked at, in milliseconds since 1970, and whether it was told that it is old.
    std::optional<std::int64_t> expiry;
    bool in_grace = false;
    /// For the bound on how often it may ask.
    std::int64_t second = 0;
    int asked_this_second = 0;

private:
    struct WatchedChart {
        std::uint64_t request = 0;
        bool is_paused = false;
        /// What its last first frame showed; empty before there was one.
        std::string seen;
        std::optional<double> max_rate;
        std::vector<RoomLease> leases;
        socketio::Ack ack;
    };

    void join(const RoomLease& lease);
    void leave(const std::vector<RoomLease>& leases, Leases& into);

    socketio::Socket& socket_;
    const std::uint64_t number_;
    const Hello hello_;
    std::shared_ptr<const auth::Identity> who_;
    std::map<std::string, WatchedChart, std::less<>> charts_;
    /// How many leases it has of each room.
    std::map<std::uint64_t, int> joined_;
    std::uint64_t requests_ = 0;
    bool expired_ = false;
};

}  // namespace chartcast::viewers
