#include "server/followed_rooms.hpp"

namespace socketio {

std::optional<FollowedRooms::Change> FollowedRooms::note(const std::string& nsp,
                                                         const std::string& room, bool is_there,
                                                         bool is_own) {
    if (!is_there) return leave(nsp, room);
    auto& known = namespaces_[nsp][room];
    if (++known.count > 1) return std::nullopt;
    known.is_own = is_own;
    return Change{true, is_own};
}

std::optional<FollowedRooms::Change> FollowedRooms::leave(const std::string& nsp,
                                                          const std::string& room) {
    const auto rooms = namespaces_.find(nsp);
    if (rooms == namespaces_.end()) return std::nullopt;
    const auto known = rooms->second.find(room);
    if (known == rooms->second.end() || --known->second.count > 0) return std::nullopt;
    const Change change{false, known->second.is_own};
    rooms->second.erase(known);
    if (rooms->second.empty()) namespaces_.erase(rooms);
    return change;
}

std::size_t FollowedRooms::size() const noexcept {
    std::size_t all = 0;
    for (const auto& [nsp, rooms] : namespaces_) all += rooms.size();
    return all;
}

}  // namespace socketio
