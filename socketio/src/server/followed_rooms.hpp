#pragma once
// Which rooms have members in this process, for an adapter that follows them: each shard tells shard 0 of those
// that it makes and ends, and what is told of several shards counts once. Lives on shard 0.
//
// Where sockets that left may come back to this process, a room stays for as long as they may: what they miss
// meanwhile is sent to it, and has to arrive here.

#include "base/deadline_queue.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

namespace socketio {

class FollowedRooms {
public:
    /// As Adapter::on_room().
    using Tell = std::function<void(const std::string& nsp, const std::string& room, bool is_there,
                                    bool is_own)>;

    /// Rooms that stay without members: beyond these the oldest end, as names are the clients' choice.
    static constexpr std::size_t deserted_max = 1'000'000;

    /// `stay`: how long a room is there after its last member; none where nobody comes back.
    FollowedRooms(base::DeadlineQueue& deadlines, base::Milliseconds stay, Tell tell)
        : deadlines_(deadlines), stay_(stay), tell_(std::move(tell)) {}
    FollowedRooms(const FollowedRooms&) = delete;
    FollowedRooms& operator=(const FollowedRooms&) = delete;

    /// Of one shard, whose letters come in their order: it has members of that room, or none any more.
    void note(const std::string& nsp, const std::string& room, bool is_there, bool is_own);
    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct Room {
        /// Shards that have members, and its own socket where the room is of that kind.
        unsigned count = 0;
        /// As of the first that told of it: the room of a socket's own id.
        bool is_own = false;
        base::TimePoint ends_at{};  ///< Without members.
    };
    using Rooms = std::unordered_map<std::string, Room>;
    struct Deserted {
        base::TimePoint ends_at;
        std::string nsp;
        std::string room;
    };

    void add(const std::string& nsp, const std::string& room, bool is_own);
    void leave(const std::string& nsp, const std::string& room);
    void end(const std::string& nsp, const std::string& room);
    /// Unless somebody has come meanwhile.
    void end_oldest();
    void on_time(base::TimePoint now);

    base::DeadlineQueue& deadlines_;
    const base::Milliseconds stay_;
    const Tell tell_;
    std::map<std::string, Rooms, std::less<>> namespaces_;
    /// The oldest first; some have members again.
    std::deque<Deserted> deserted_;
    base::MemberDeadline<FollowedRooms, &FollowedRooms::on_time> deadline_{*this};
};

}  // namespace socketio
