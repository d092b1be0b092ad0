#pragma once
// The session of a socket that left, as streams adapters keep it in Redis: base64 of MessagePack
// `{sid, pid, rooms, data}`. WIRE.md B13. I/O-free; any thread.

#include "socketio/adapter.hpp"
#include "socketio/error.hpp"

#include <string>
#include <string_view>

namespace socketio::cluster {

/// The namespace is not in it: other servers' keys do not have it either.
[[nodiscard]] std::string encode_session(const StoredSession& session);
/// invalid_packet for another shape, besides the errors of MessagePack.
[[nodiscard]] Result<StoredSession> decode_session(std::string_view text);

/// Whether what was sent to an audience was for a socket with those rooms.
[[nodiscard]] bool is_meant(const Audience& audience, const std::vector<std::string>& rooms);

}  // namespace socketio::cluster
