#include "hub/recovery_desk.hpp"

#include "hub/socket_state.hpp"

#include <string>

namespace socketio::hub {

bool RecoveryDesk::is_recoverable(DisconnectReason reason) noexcept {
    switch (reason) {
        case DisconnectReason::transport_close:
        case DisconnectReason::transport_error:
        case DisconnectReason::ping_timeout:
        case DisconnectReason::forced_close:
        case DisconnectReason::forced_server_close:
        case DisconnectReason::server_shutting_down: return true;
        case DisconnectReason::client_namespace_disconnect:
        case DisconnectReason::server_namespace_disconnect:
        case DisconnectReason::parse_error:
        // It had more to read than it could: the same again would not help.
        case DisconnectReason::slow_client: return false;
    }
    return false;
}

std::vector<RecoverySession::Room> RecoveryDesk::rooms_of(const SocketState& socket) const {
    std::vector<RecoverySession::Room> rooms;
    rooms.reserve(socket.rooms_count() + 1);
    if (socket.in_own_room()) rooms.push_back({std::string(socket.id()), 0});
    socket.for_each_membership([&](std::string_view name, std::uint32_t moment) {
        rooms.push_back({std::string(name), position_of(moment)});
    });
    return rooms;
}

std::vector<RecoveryLog::Stay> RecoveryDesk::stays_of(
    const std::vector<RecoverySession::Room>& rooms) {
    std::vector<RecoveryLog::Stay> stays;
    stays.reserve(rooms.size());
    for (const auto& room : rooms) stays.push_back({room.name, room.since});
    return stays;
}

RecoveryLog::Position RecoveryDesk::position_of(std::uint32_t moment) const noexcept {
    // The lower half of a position, of which there were fewer than such a half can count since.
    constexpr auto half = RecoveryLog::Position{1} << 32;
    const auto end_position = end();
    const auto position = (end_position & ~(half - 1)) | moment;
    return position > end_position && position >= half ? position - half : position;
}

}  // namespace socketio::hub
