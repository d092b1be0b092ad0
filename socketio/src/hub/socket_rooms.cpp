// SocketState's rooms: joining and leaving, and who is told of it.
#include "hub/recovery_desk.hpp"
#include "hub/socket_state.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace socketio::hub {

bool SocketState::join(std::string_view room) {
    const auto* recovery = hub().recovery_desk();
    return enter(room, recovery != nullptr ? recovery->moment() : 0);
}

bool SocketState::enter(std::string_view room, std::uint32_t moment) {
    if (phase_ == Phase::left) return false;
    if (room == id()) {
        const bool is_new = !in_own_room_;
        in_own_room_ = true;
        if (is_new && connected()) tell_joined(room, true);
        return true;
    }
    if (rooms_count() >= hub().context().options.rooms_per_socket_max) {
        return nsp_.rooms().has(*this, room);
    }
    const bool is_new = watches_rooms() && nsp_.rooms().find(room) == nullptr;
    if (nsp_.rooms().join(*this, room, moment)) tell_joined(room, is_new);
    return true;
}

void SocketState::leave_room(std::string_view room) {
    if (room == id() && in_own_room_) {
        in_own_room_ = false;
        if (connected()) tell_left(room, true);
    }
    if (!nsp_.rooms().leave(*this, room)) return;
    if (watches_rooms()) tell_left(room, nsp_.rooms().find(room) == nullptr);
}

void SocketState::leave_all_rooms() {
    if (watches_rooms()) {
        // One by one, each told of.
        for (const auto& room : rooms()) {
            if (room == id()) {
                in_own_room_ = false;
                if (was_connected_) tell_left(room, true);
            } else {
                leave_room(room);
            }
        }
    }
    in_own_room_ = false;
    nsp_.rooms().leave_all(*this);
}

bool SocketState::watches_rooms() const noexcept {
    return hub().follows_rooms() || !nsp_.setup().room_handlers.empty();
}

void SocketState::tell_joined(std::string_view room, bool is_new) {
    if (is_new) tell_of_room({RoomEvent::Kind::created, room});
    tell_of_room({RoomEvent::Kind::joined, room, id()});
}

void SocketState::tell_left(std::string_view room, bool was_last) {
    tell_of_room({RoomEvent::Kind::left, room, id()});
    if (was_last) tell_of_room({RoomEvent::Kind::deleted, room});
}

void SocketState::tell_of_room(const RoomEvent& event) {
    const bool is_there = event.kind == RoomEvent::Kind::created;
    if (hub().follows_rooms() && (is_there || event.kind == RoomEvent::Kind::deleted)) {
        hub().tell_of_room(nsp_, event.room, is_there, event.room == id());
    }
    for (const auto& handler : nsp_.setup().room_handlers) {
        guarded("room", [&] { handler(event); });
    }
}

std::vector<std::string> SocketState::rooms() const {
    std::vector<std::string> names;
    names.reserve(rooms_count() + 1);
    if (in_own_room_) names.emplace_back(id());
    for_each_room([&](std::string_view name) { names.emplace_back(name); });
    return names;
}

}  // namespace socketio::hub
