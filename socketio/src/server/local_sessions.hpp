#pragma once
// What a LocalCluster keeps for sockets that come back to another server: sessions of those that left, and recent
// events. Within bounds, in memory, the oldest forgotten first. Lives behind its owner's lock; time is passed in.

#include "base/time.hpp"
#include "socketio/adapter.hpp"
#include "socketio/options.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace socketio {

class LocalSessions {
public:
    explicit LocalSessions(const RecoveryOptions& bounds) : bounds_(bounds) {}

    /// Gives the event its offset and keeps it; a volatile one has none.
    void note(ClusterBroadcast& event, std::uint64_t milliseconds_since_1970);
    void keep(const StoredSession& session, base::TimePoint until, base::TimePoint now);
    /// As Adapter::restore_session(). A client that got no event cannot say what it missed: it has nothing here.
    [[nodiscard]] std::unique_ptr<RestoredSession> restore(std::string_view nsp,
                                                           const std::string& pid,
                                                           std::string_view offset,
                                                           base::TimePoint now);
    [[nodiscard]] std::size_t sessions() const noexcept { return sessions_.size(); }
    [[nodiscard]] std::size_t events() const noexcept { return events_.size(); }

private:
    /// A time and a place among the events of its millisecond.
    using Offset = std::pair<std::uint64_t, std::uint64_t>;
    struct Event {
        Offset offset;
        ClusterBroadcast broadcast;
        std::size_t bytes;
    };
    struct Session {
        StoredSession stored;
        base::TimePoint until;
        std::size_t bytes;
    };
    using Sessions = std::list<Session>;

    void forget(Sessions::iterator session);

    const RecoveryOptions bounds_;
    std::deque<Event> events_;  ///< By offset.
    std::size_t events_bytes_ = 0;
    Offset last_offset_{0, 0};
    Sessions sessions_;  ///< The oldest first.
    std::unordered_map<std::string, Sessions::iterator> by_pid_;
    std::size_t sessions_bytes_ = 0;
};

}  // namespace socketio
