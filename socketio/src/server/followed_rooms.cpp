#include "server/followed_rooms.hpp"

namespace socketio {

void FollowedRooms::note(const std::string& nsp, const std::string& room, bool is_there,
                         bool is_own) {
    if (is_there) {
        add(nsp, room, is_own);
    } else {
        leave(nsp, room);
    }
}

void FollowedRooms::add(const std::string& nsp, const std::string& room, bool is_own) {
    auto& rooms = namespaces_[nsp];
    const auto [known, is_new] = rooms.try_emplace(room);
    ++known->second.count;
    if (!is_new) return;
    known->second.is_own = is_own;
    tell_(nsp, room, true, is_own);
}

void FollowedRooms::leave(const std::string& nsp, const std::string& room) {
    const auto rooms = namespaces_.find(nsp);
    if (rooms == namespaces_.end()) return;
    const auto known = rooms->second.find(room);
    if (known == rooms->second.end() || known->second.count == 0) return;
    if (--known->second.count > 0) return;
    if (stay_.count() == 0) return end(nsp, room);
    known->second.ends_at = deadlines_.now() + stay_;
    deserted_.push_back({known->second.ends_at, nsp, room});
    if (deserted_.size() > deserted_max) end_oldest();
    if (!deadline_.armed()) deadlines_.arm(deadline_, deserted_.front().ends_at);
}

void FollowedRooms::end(const std::string& nsp, const std::string& room) {
    const auto rooms = namespaces_.find(nsp);
    if (rooms == namespaces_.end()) return;
    const auto known = rooms->second.find(room);
    if (known == rooms->second.end()) return;
    const bool was_own = known->second.is_own;
    rooms->second.erase(known);
    if (rooms->second.empty()) namespaces_.erase(rooms);
    tell_(nsp, room, false, was_own);
}

void FollowedRooms::end_oldest() {
    const auto oldest = std::move(deserted_.front());
    deserted_.pop_front();
    const auto rooms = namespaces_.find(oldest.nsp);
    if (rooms == namespaces_.end()) return;
    const auto known = rooms->second.find(oldest.room);
    if (known == rooms->second.end()) return;
    // It may have been deserted anew, and stands once more behind.
    if (known->second.count > 0 || known->second.ends_at != oldest.ends_at) return;
    end(oldest.nsp, oldest.room);
}

void FollowedRooms::on_time(base::TimePoint now) {
    while (!deserted_.empty() && deserted_.front().ends_at <= now) end_oldest();
    if (!deserted_.empty()) deadlines_.arm(deadline_, deserted_.front().ends_at);
}

std::size_t FollowedRooms::size() const noexcept {
    std::size_t all = 0;
    for (const auto& [nsp, rooms] : namespaces_) all += rooms.size();
    return all;
}

}  // namespace socketio
