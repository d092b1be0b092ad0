#pragma once
// The open namespaces of this process and the rooms that somebody of it is in: what of the others' messages
// need not be decoded. As large as the rooms themselves. Lives on shard 0.

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>

namespace socketio::cluster {

class LocalRooms {
public:
    /// `wants_every_room` as AdapterHost says.
    void open(const std::string& nsp, bool wants_every_room) {
        Rooms& rooms = namespaces_[nsp];
        rooms.is_open = true;
        rooms.are_all_wanted = wants_every_room;
    }
    /// It keeps its rooms: those that end meanwhile are told of, those that stay are not told of again.
    void close(std::string_view nsp) {
        const auto found = namespaces_.find(nsp);
        if (found == namespaces_.end()) return;
        found->second.is_open = false;
        found->second.are_all_wanted = false;
        erase_if_unused(found);
    }
    /// As Adapter::on_room() tells it.
    void set(const std::string& nsp, const std::string& room, bool is_there) {
        if (is_there) {
            namespaces_[nsp].rooms.insert(room);
            return;
        }
        const auto found = namespaces_.find(nsp);
        if (found == namespaces_.end()) return;
        found->second.rooms.erase(room);
        erase_if_unused(found);
    }
    void clear() { namespaces_.clear(); }

    [[nodiscard]] bool is_open(std::string_view nsp) const {
        const auto found = namespaces_.find(nsp);
        return found != namespaces_.end() && found->second.is_open;
    }
    [[nodiscard]] bool has(std::string_view nsp, std::string_view room) const {
        const auto found = namespaces_.find(nsp);
        return found != namespaces_.end() && found->second.rooms.contains(room);
    }
    /// A broadcast to it is for this process.
    [[nodiscard]] bool is_wanted(std::string_view nsp, std::string_view room) const {
        const auto found = namespaces_.find(nsp);
        return found != namespaces_.end() &&
               (found->second.are_all_wanted || found->second.rooms.contains(room));
    }

private:
    struct Hash {
        using is_transparent = void;
        [[nodiscard]] std::size_t operator()(std::string_view name) const noexcept {
            return std::hash<std::string_view>()(name);
        }
    };
    struct Rooms {
        bool is_open = false;
        bool are_all_wanted = false;
        std::unordered_set<std::string, Hash, std::equal_to<>> rooms;
    };

    using Namespaces = std::map<std::string, Rooms, std::less<>>;

    void erase_if_unused(Namespaces::iterator found) {
        if (!found->second.is_open && found->second.rooms.empty()) namespaces_.erase(found);
    }

    Namespaces namespaces_;
};

}  // namespace socketio::cluster
