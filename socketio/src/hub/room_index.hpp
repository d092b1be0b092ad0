#pragma once
// Who is in which room, for one namespace on one shard. Members of a room stand in a dense array, since
// broadcasts walk them; each side knows its place in the other's array, so that leaving is O(1).
// A socket's own id is no room in here: it is looked up by id.

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::hub {

class RoomMember;

struct Room {
    struct Member {
        RoomMember* member;
        std::uint32_t slot;  ///< In the member's list of rooms.
    };

    std::string_view name;
    std::vector<Member> members;
};

/// What can be in rooms. Must have left all of them when it is destroyed.
class RoomMember {
public:
    RoomMember() = default;
    RoomMember(const RoomMember&) = delete;
    RoomMember& operator=(const RoomMember&) = delete;

    [[nodiscard]] std::size_t rooms_count() const noexcept {
        return joined_ ? joined_->list.size() : 0;
    }
    /// In no particular order.
    template <class Visit>
    void for_each_room(Visit visit) const {
        if (!joined_) return;
        for (const auto& membership : joined_->list) visit(membership.room->name);
    }
    /// The same with what was noted when it joined each.
    template <class Visit>
    void for_each_membership(Visit visit) const {
        if (!joined_) return;
        for (const auto& membership : joined_->list) visit(membership.room->name, membership.note);
    }

protected:
    ~RoomMember();

private:
    friend class RoomIndex;
    using Slots = boost::unordered_flat_map<const Room*, std::uint32_t>;

    struct Membership {
        Room* room;
        std::uint32_t place;  ///< In the room's list of members.
        std::uint32_t note;   ///< The joiner's own; stands where nothing else would.
    };

    struct Joined {
        std::vector<Membership> list;
        /// Where each room stands in the list, once that is too long to search.
        std::unique_ptr<Slots> slots;
    };

    [[nodiscard]] const std::uint32_t* find_slot(const Room& room, std::uint32_t& scratch) const;

    /// Most members are in no room but their own, which stands elsewhere: they have no list.
    std::unique_ptr<Joined> joined_;
};

class RoomIndex {
public:
    /// False when the member was in the room before; its note stays.
    bool join(RoomMember& member, std::string_view name, std::uint32_t note = 0);
    /// False when the member was not in the room. A room without members is gone.
    bool leave(RoomMember& member, std::string_view name);
    void leave_all(RoomMember& member);
    [[nodiscard]] bool has(const RoomMember& member, std::string_view name) const;

    /// nullptr when nobody is in it.
    [[nodiscard]] const Room* find(std::string_view name) const;
    [[nodiscard]] std::size_t size() const noexcept { return rooms_.size(); }
    /// In no particular order.
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& [name, room] : rooms_) visit(room);
    }

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    /// Rooms and their names keep their address as long as they live.
    using Rooms = std::unordered_map<std::string, Room, Hash, std::equal_to<>>;

    void remove(RoomMember& member, std::uint32_t slot);
    static void take_from_room(Room& room, std::uint32_t place);
    static void take_from_member(RoomMember& member, std::uint32_t slot);

    Rooms rooms_;
};

}  // namespace socketio::hub
