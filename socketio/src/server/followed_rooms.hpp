#pragma once
// Which rooms have members in this process, for an adapter that follows them: each shard tells shard 0 of those
// that it makes and ends, and what is told of several shards counts once. Lives on shard 0.

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace socketio {

class FollowedRooms {
public:
    struct Change {
        bool is_there;
        /// As of the first that told of the room: the room of a socket's own id.
        bool is_own;
        friend bool operator==(const Change&, const Change&) = default;
    };

    /// Of one shard, whose letters come in their order. Nothing when others are in that room, or still are.
    [[nodiscard]] std::optional<Change> note(const std::string& nsp, const std::string& room,
                                             bool is_there, bool is_own);
    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct Room {
        /// Shards that have members, and its own socket where the room is of that kind.
        unsigned count = 0;
        bool is_own = false;
    };
    using Rooms = std::unordered_map<std::string, Room>;

    [[nodiscard]] std::optional<Change> leave(const std::string& nsp, const std::string& room);

    std::map<std::string, Rooms, std::less<>> namespaces_;
};

}  // namespace socketio
