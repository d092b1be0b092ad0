#pragma once
// Those who get the same frames, in one namespace: a Socket.IO room, and how many viewers the owner let in.
// Lives on shard 0; a lease of it travels to the viewer's shard and back.

#include <socketio/namespace.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chartcast::viewers {

/// A viewer's place in a room. Given by the owner together with the viewer's first frame, and given back when
/// the viewer leaves: so the owner knows who watches.
struct RoomLease {
    std::uint64_t id = 0;
    std::shared_ptr<const std::string> name;
};

class Room {
public:
    Room(std::uint64_t id, const socketio::Namespace& nsp)
        : lease_{id, std::make_shared<const std::string>("~" + std::to_string(id))}, nsp_(nsp) {}

    [[nodiscard]] const RoomLease& lease() const noexcept { return lease_; }
    [[nodiscard]] const socketio::Namespace& nsp() const noexcept { return nsp_; }
    [[nodiscard]] std::size_t viewers() const noexcept { return viewers_; }

private:
    friend class RoomTable;

    RoomLease lease_;
    const socketio::Namespace& nsp_;
    std::size_t viewers_ = 0;
    /// Called when the last viewer left; then the room is gone.
    std::function<void()> on_empty_;
};

/// All rooms of this node, by the number in their leases.
class RoomTable {
public:
    /// The room lives until its last viewer has left.
    Room& open(const socketio::Namespace& nsp);
    /// `drop` must drop every pointer to the room.
    static void when_empty(Room& room, std::function<void()> drop) {
        room.on_empty_ = std::move(drop);
    }
    void enter(Room& room) noexcept { ++room.viewers_; }
    void leave(std::uint64_t id);
    [[nodiscard]] std::size_t size() const noexcept { return rooms_.size(); }

private:
    std::map<std::uint64_t, std::unique_ptr<Room>> rooms_;
    std::uint64_t next_id_ = 1;
};

/// The rooms of one group of viewers: one for each namespace that they came through.
class RoomSet {
public:
    explicit RoomSet(RoomTable& table) noexcept : table_(table) {}
    // Its rooms know it by its address.
    RoomSet(const RoomSet&) = delete;
    RoomSet& operator=(const RoomSet&) = delete;

    /// Lets a viewer in. `on_empty` comes when nobody is left in any of the rooms.
    RoomLease enter(const socketio::Namespace& nsp, std::function<void()> on_empty);
    [[nodiscard]] bool empty() const noexcept { return rooms_.empty(); }
    [[nodiscard]] std::size_t viewers() const noexcept;
    /// To everybody in them: encoded once for each namespace.
    void emit(std::string_view event, const socketio::Args& args) const;
    [[nodiscard]] const std::vector<Room*>& rooms() const noexcept { return rooms_; }

private:
    RoomTable& table_;
    std::vector<Room*> rooms_;
};

}  // namespace chartcast::viewers
