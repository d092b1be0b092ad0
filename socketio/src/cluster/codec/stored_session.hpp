#pragma once
// The session of a socket that left, as streams adapters keep it in Redis: base64 of MessagePack
// `{sid, pid, rooms, data}`, with `nsp` for another namespace than "/". WIRE.md B13. I/O-free; any thread.
//
// Node does not write the namespace and takes a session for any: who has one of "/" gets into a namespace whose
// middleware would refuse him. A session without it is one of "/" here.

#include "socketio/adapter.hpp"
#include "socketio/error.hpp"

#include <string>
#include <string_view>
#include <unordered_set>

namespace socketio::cluster {

[[nodiscard]] std::string encode_session(const StoredSession& session);
/// invalid_packet for another shape, besides the errors of MessagePack.
[[nodiscard]] Result<StoredSession> decode_session(std::string_view text);

using RoomNames = std::unordered_set<std::string_view>;
/// Whether what was sent to an audience was for a socket with those rooms.
[[nodiscard]] bool is_meant(const Audience& audience, const RoomNames& rooms);

}  // namespace socketio::cluster
