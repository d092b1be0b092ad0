#pragma once
// The judge of sockets that come back: a life is a Socket.IO socket over all connections that its client has had it
// on. What must hold, whichever shards it was on and whatever its client reads:
//   each event that was for it arrives exactly once, those of one source in their order, with all their values;
//   its rooms at the end say what it missed; nothing comes that was not for it;
//   a client that comes back in time gets its socket back, with its id, rooms and data.

#include "sim/scheduler.hpp"
#include "sim/sharded_server.hpp"
#include "sim/transcript.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/error.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio::sim {

/// When it was joined, by Lives::moment().
using RoomMoments = std::map<std::string, int>;

/// An event that may be sent again.
struct SentEvent {
    unsigned source = 0;
    std::string nsp;
    std::string text;
    Audience audience;
    std::size_t packets = 1;
    /// May be taken out of a full queue.
    bool droppable = false;
};

class Lives {
public:
    explicit Lives(ShardedServer& server)
        : server_(server),
          scheduler_(server.scheduler),
          enabled_(server.options.connection_state_recovery.has_value()),
          delivered_(server.size()) {}

    /// Of every event that is sent and every room that is joined.
    [[nodiscard]] int moment() noexcept { return ++moment_; }
    [[nodiscard]] bool enabled() const noexcept { return enabled_; }

    // ---- What the server does ------------------------------------------------------------------
    void send(int token, SentEvent event) {
        if (enabled_) events_.emplace(token, std::move(event));
    }
    /// A broadcast goes out to the sockets of a shard; each of them is judged behind this.
    void deliver(unsigned shard, int token) {
        if (!events_.contains(token)) return;
        delivered_[shard].push_back(token);
    }
    /// A socket that is connected is sent the event, or passed over.
    void judge(const std::string& sid, int token, bool is_for_it) {
        if (!events_.contains(token)) return;
        judge(lives_.at(sid), token, is_for_it);
    }
    void begin(const std::string& sid, const std::string& nsp, unsigned shard) {
        const bool is_new = lives_.emplace(sid, Life{nsp, shard}).second;
        scheduler_.require(is_new, "a new socket has an id of its own");
        auto& life = lives_.at(sid);
        life.before.insert(delivered_[shard].begin(), delivered_[shard].end());
    }
    /// It has left.
    void end(const std::string& sid, RoomMoments rooms, DisconnectReason reason) {
        auto& life = lives_.at(sid);
        life.rooms = std::move(rooms);
        life.left_at = scheduler_.now();
        life.is_over = life.is_over || !is_a_loss(reason);
    }
    /// It is connected again, on that shard. Its rooms.
    [[nodiscard]] RoomMoments come_back(const std::string& sid, unsigned shard) {
        const auto found = lives_.find(sid);
        scheduler_.require(found != lives_.end(), "only who was there comes back");
        if (found == lives_.end()) return {};
        auto& life = found->second;
        scheduler_.require(!life.is_over && life.left_at,
                           "nobody comes back who is there, or gone");
        life.left_at.reset();
        // What came to this shard meanwhile, and did not find the socket anywhere.
        for (const auto token : delivered_[shard]) {
            const bool is_known = life.judged.contains(token) || life.before.contains(token);
            if (!is_known && events_.at(token).nsp == life.nsp) {
                judge(life, token, is_due(life, token, moment_ + 1));
            }
        }
        forgive(life);
        ++happened[life.shard == shard ? "recovered on its shard" : "recovered on another shard"];
        life.shard = shard;
        return life.rooms;
    }
    /// Nobody will come back to it.
    void finish(const std::string& sid) {
        const auto found = lives_.find(sid);
        if (found != lives_.end()) found->second.is_over = true;
    }

    // ---- What a client sees --------------------------------------------------------------------
    /// An event of its socket, without the offset.
    void receive(const std::string& sid, const Value& data, bool is_again) {
        const auto* token = data.as_array().size() > 1 ? data.as_array()[1].if_int64() : nullptr;
        const auto event =
            token != nullptr ? events_.find(static_cast<int>(*token)) : events_.end();
        // Others are never sent again.
        if (event == events_.end()) return scheduler_.require(!is_again, "what comes was sent");
        scheduler_.require(describe(data) == event->second.text, "an event has all its values");
        auto& life = lives_.at(sid);
        const auto due = life.due.find(event->first);
        const bool is_known = due != life.due.end() || life.perhaps.contains(event->first);
        scheduler_.require(is_known, sid + " was never meant to get " + event->second.text);
        const bool is_first = life.received.insert(event->first).second;
        scheduler_.require(is_first, sid + " gets once " + event->second.text);
        auto& newest = life.newest[event->second.source];
        scheduler_.require(newest < event->first, "events of one source come in their order");
        newest = event->first;
        if (is_again) ++happened["event sent again"];
    }
    /// It was told that its socket is not there any more, although it asked for it.
    void judge_refusal(const std::string& sid) {
        ++happened["asked in vain"];
        scheduler_.require(may_be_refused(lives_.at(sid)),
                           "who comes back in time gets its socket back: " + sid);
        finish(sid);
    }
    /// Its client is connected, and everything has arrived.
    void check_complete(const std::string& sid) {
        for (const auto& [token, is_due] : lives_.at(sid).due) {
            scheduler_.require(!is_due || lives_.at(sid).received.contains(token),
                               sid + " never got " + events_.at(token).text);
        }
    }

    std::map<std::string, std::size_t> happened;

private:
    struct Life {
        std::string nsp;
        /// Where it was connected last.
        unsigned shard;
        RoomMoments rooms = {};
        /// Delivered there before it connected.
        std::set<int> before = {};
        /// When it was decided whether an event is for it.
        std::map<int, int> judged = {};
        /// False: it may get lost.
        std::map<int, bool> due = {};
        /// It was not for it, but by the rooms of its end it may be sent again.
        std::set<int> perhaps = {};
        std::set<int> received = {};
        /// By source.
        std::map<unsigned, int> newest = {};
        std::optional<base::TimePoint> left_at = std::nullopt;
        bool is_over = false;
    };

    static bool is_a_loss(DisconnectReason reason) noexcept {
        return reason != DisconnectReason::client_namespace_disconnect &&
               reason != DisconnectReason::server_namespace_disconnect &&
               reason != DisconnectReason::parse_error && reason != DisconnectReason::slow_client;
    }
    void judge(Life& life, int token, bool is_for_it) {
        life.judged.emplace(token, moment());
        if (is_for_it) life.due.emplace(token, !events_.at(token).droppable);
    }
    /// By its rooms at the end, of which those count that were joined before that.
    [[nodiscard]] bool is_due(const Life& life, int token, int at) const {
        const auto& [rooms, except] = events_.at(token).audience;
        const bool is_excepted = std::any_of(except.begin(), except.end(), [&](const auto& room) {
            return life.rooms.contains(room);
        });
        return !is_excepted && (rooms.empty() || is_in_any(life, rooms, at));
    }
    static bool is_in_any(const Life& life, const std::vector<std::string>& rooms, int at) {
        return std::any_of(rooms.begin(), rooms.end(), [&](const auto& room) {
            const auto found = life.rooms.find(room);
            return found != life.rooms.end() && found->second < at;
        });
    }
    /// What it has not got and what its rooms at the end do not say, it need not get; what they say besides, it may.
    void forgive(Life& life) const {
        for (const auto& [token, at] : life.judged) {
            if (life.received.contains(token)) continue;
            const auto due = life.due.find(token);
            if (due == life.due.end()) {
                if (is_due(life, token, at)) life.perhaps.insert(token);
            } else if (!is_due(life, token, at)) {
                due->second = false;
            }
        }
    }
    [[nodiscard]] bool may_be_refused(const Life& life) const {
        if (life.is_over) return true;
        const auto& options = *server_.options.connection_state_recovery;
        constexpr Milliseconds tolerance{200};
        const bool is_late = life.left_at && scheduler_.now() - *life.left_at + tolerance >=
                                                 options.max_disconnection_duration;
        return is_late || something_was_dropped() || missed_too_much(life);
    }
    [[nodiscard]] bool something_was_dropped() const {
        std::uint64_t dropped = 0;
        server_.for_each_shard([&](const Server& shard) {
            dropped +=
                shard.counters.recovery_sessions_dropped + shard.counters.recovery_packets_dropped;
        });
        return dropped > 0;
    }
    /// More than half of a queue: at most all that was sent to its rooms and that it has not got.
    [[nodiscard]] bool missed_too_much(const Life& life) const {
        constexpr std::size_t around_each = 80;
        std::size_t packets = 0;
        std::size_t bytes = 0;
        for (const auto& [token, event] : events_) {
            if (event.nsp != life.nsp || life.received.contains(token)) continue;
            const auto& rooms = event.audience.rooms;
            const bool may_be_due =
                life.due.contains(token) || rooms.empty() || is_in_any(life, rooms, moment_ + 1);
            if (!may_be_due || life.before.contains(token)) continue;
            packets += event.packets;
            bytes += event.text.size() + around_each;
        }
        return packets > server_.options.send_queue_packets_max / 2 ||
               bytes > server_.options.send_queue_bytes_max / 2;
    }

    ShardedServer& server_;
    Scheduler& scheduler_;
    const bool enabled_;
    /// By token.
    std::map<int, SentEvent> events_;
    /// By shard, in their order.
    std::vector<std::vector<int>> delivered_;
    std::map<std::string, Life> lives_;
    int moment_ = 0;
};

}  // namespace socketio::sim
