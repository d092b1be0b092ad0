#pragma once
// One Socket.IO packet as MessagePack: a whole binary Engine.IO message, with binary in its place. Any thread.
// As socket.io-msgpack-parser 3.0 has it; docs/protocol.md, "MessagePack".
//
//   {type: 2, nsp: "/admin", id: 12, data: ["ev", 1]}        id and data only where there are any

#include "socketio/error.hpp"
#include "socketio/value.hpp"
#include "wire/socket_packet.hpp"

#include <string>
#include <string_view>

namespace socketio::wire {

[[nodiscard]] std::string encode_msgpack_packet(const Packet& packet);
[[nodiscard]] std::string encode_msgpack_event(const EventParts& event);

/// As PacketDecoder's, with what is the same for both formats: an event's first element is a string or a
/// number, and no reserved name; a namespace begins with a slash; ack ids are whole numbers of 64 bits. Members
/// that are none of a packet's are passed over: clients send their options along. Besides the errors of
/// msgpack: invalid_packet, reserved_event, and invalid_attachment for what looks like one in JSON.
[[nodiscard]] Result<Packet> decode_msgpack_packet(std::string_view bytes,
                                                   const PacketLimits& limits);

}  // namespace socketio::wire
