#include "hub/room_index.hpp"

#include "base/assert.hpp"

namespace socketio::hub {

namespace {
// Up to this many rooms, searching the list costs less than an index of it.
constexpr std::size_t searched_rooms_max = 32;
}  // namespace

RoomMember::~RoomMember() {
    SOCKETIO_ASSERT(rooms_count() == 0);
}

const std::uint32_t* RoomMember::find_slot(const Room& room, std::uint32_t& scratch) const {
    if (!joined_) return nullptr;
    if (joined_->slots) {
        const auto found = joined_->slots->find(&room);
        return found == joined_->slots->end() ? nullptr : &found->second;
    }
    for (scratch = 0; scratch < joined_->list.size(); ++scratch) {
        if (joined_->list[scratch].room == &room) return &scratch;
    }
    return nullptr;
}

bool RoomIndex::join(RoomMember& member, std::string_view name, std::uint32_t note) {
    auto found = rooms_.find(name);
    if (found == rooms_.end()) {
        found = rooms_.emplace(std::string(name), Room{}).first;
        found->second.name = found->first;
    }
    auto& room = found->second;
    std::uint32_t scratch = 0;
    if (member.find_slot(room, scratch) != nullptr) return false;
    if (!member.joined_) member.joined_ = std::make_unique<RoomMember::Joined>();
    auto& [list, slots] = *member.joined_;
    const auto slot = static_cast<std::uint32_t>(list.size());
    const auto place = static_cast<std::uint32_t>(room.members.size());
    room.members.push_back({&member, slot});
    list.push_back({&room, place, note});
    if (slots) {
        slots->emplace(&room, slot);
    } else if (list.size() > searched_rooms_max) {
        slots = std::make_unique<RoomMember::Slots>();
        for (std::uint32_t i = 0; i <= slot; ++i) slots->emplace(list[i].room, i);
    }
    return true;
}

bool RoomIndex::leave(RoomMember& member, std::string_view name) {
    const auto found = rooms_.find(name);
    if (found == rooms_.end()) return false;
    std::uint32_t scratch = 0;
    const auto* slot = member.find_slot(found->second, scratch);
    if (slot == nullptr) return false;
    remove(member, *slot);
    return true;
}

void RoomIndex::leave_all(RoomMember& member) {
    while (member.rooms_count() > 0) {
        remove(member, static_cast<std::uint32_t>(member.rooms_count() - 1));
    }
    member.joined_.reset();
}

bool RoomIndex::has(const RoomMember& member, std::string_view name) const {
    const auto* room = find(name);
    std::uint32_t scratch = 0;
    return room != nullptr && member.find_slot(*room, scratch) != nullptr;
}

void RoomIndex::remove(RoomMember& member, std::uint32_t slot) {
    const auto [room, place, note] = member.joined_->list[slot];
    take_from_room(*room, place);
    take_from_member(member, slot);
    if (room->members.empty()) rooms_.erase(rooms_.find(room->name));
}

// Both lists close the gap with their last entry, which then stands elsewhere: the other side is told.

void RoomIndex::take_from_room(Room& room, std::uint32_t place) {
    const auto last = room.members.back();
    room.members[place] = last;
    room.members.pop_back();
    if (place < room.members.size()) last.member->joined_->list[last.slot].place = place;
}

void RoomIndex::take_from_member(RoomMember& member, std::uint32_t slot) {
    auto& [list, slots] = *member.joined_;
    if (slots) slots->erase(list[slot].room);
    const auto last = list.back();
    list[slot] = last;
    list.pop_back();
    if (slot == list.size()) return;
    last.room->members[last.place].slot = slot;
    if (slots) (*slots)[last.room] = slot;
}

const Room* RoomIndex::find(std::string_view name) const {
    const auto found = rooms_.find(name);
    return found == rooms_.end() ? nullptr : &found->second;
}

}  // namespace socketio::hub
