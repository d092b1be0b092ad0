#include "viewers/room.hpp"

#include <algorithm>

namespace chartcast::viewers {

Room& RoomTable::open(const socketio::Namespace& nsp) {
    const auto id = next_id_++;
    return *rooms_.emplace(id, std::make_unique<Room>(id, nsp)).first->second;
}

void RoomTable::leave(std::uint64_t id) {
    const auto found = rooms_.find(id);
    if (found == rooms_.end() || --found->second->viewers_ > 0) return;
    // The room goes last: who drops the pointers to it may look at it once more.
    const auto room = std::move(found->second);
    rooms_.erase(found);
    room->on_empty_();
}

RoomLease RoomSet::enter(const socketio::Namespace& nsp, std::function<void()> on_empty) {
    auto found = std::find_if(rooms_.begin(), rooms_.end(),
                              [&](const Room* room) { return &room->nsp() == &nsp; });
    if (found == rooms_.end()) {
        auto& room = table_.open(nsp);
        rooms_.push_back(&room);
        found = rooms_.end() - 1;
        RoomTable::when_empty(room, [this, gone = &room, on_empty = std::move(on_empty)] {
            std::erase(rooms_, gone);
            if (rooms_.empty()) on_empty();
        });
    }
    table_.enter(**found);
    return (*found)->lease();
}

std::size_t RoomSet::viewers() const noexcept {
    std::size_t count = 0;
    for (const auto* room : rooms_) count += room->viewers();
    return count;
}

void RoomSet::emit(std::string_view event, const socketio::Args& args) const {
    for (const auto* room : rooms_) {
        room->nsp().local().to(*room->lease().name).send(event, args);
    }
}

}  // namespace chartcast::viewers
