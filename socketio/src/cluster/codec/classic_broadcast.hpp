#pragma once
// What servers with the classic Redis adapter (@socket.io/redis-adapter 8.3) send each other on the broadcast
// channel, what emitters send them there, and the names of the channels. WIRE.md B10 and B11. I/O-free; any thread.
//
//   [uid, {type: 2, data: [event, ...], nsp}, {rooms: [], except: [], flags: {}}]      msgpack
//
// Other people's processes write on these channels too: a message that is not of this shape is an
// error to count, never a reason to fail.

#include "socketio/adapter.hpp"
#include "wire/msgpack.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::cluster {

/// The uid of every emitter.
inline constexpr std::string_view emitter_uid = "emitter";

struct BroadcastMessage {
    std::string uid;
    ClusterBroadcast broadcast;
};

/// As an adapter writes it: keys rooms, except, flags.
[[nodiscard]] std::string encode_broadcast(std::string_view uid, const ClusterBroadcast& broadcast);
/// Whether encode_broadcast() wrote it with this uid: tells a node's own echo without decoding it.
[[nodiscard]] bool has_uid(std::string_view message, std::string_view uid) noexcept;
/// `except` and `flags` may be missing (seed-era emitters), unknown flags are passed over. Besides
/// the errors of msgpack: invalid_packet for another shape, reserved_event for an event's name.
[[nodiscard]] Result<BroadcastMessage> decode_broadcast(std::string_view message,
                                                        wire::MsgpackLimits limits = {});

/// `<key>#<nsp>#`, or `<key>#<nsp>#<room>#` for exactly one room.
[[nodiscard]] std::string broadcast_channel(std::string_view key, std::string_view nsp,
                                            const std::vector<std::string>& rooms);
/// `<key>#<nsp>#*`, with Redis's glob characters in key and nsp escaped.
[[nodiscard]] std::string broadcast_pattern(std::string_view key, std::string_view nsp);
/// `<key>#/*`: the channels of every namespace.
[[nodiscard]] std::string every_broadcast_pattern(std::string_view key);
/// The room that a channel names; empty for one that names none; nothing for another namespace's.
[[nodiscard]] std::optional<std::string_view> room_of_channel(std::string_view channel,
                                                              std::string_view key,
                                                              std::string_view nsp) noexcept;

}  // namespace socketio::cluster
