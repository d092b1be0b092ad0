#pragma once
// Several Engine.IO packets in one HTTP body. Any thread.
//
//   v4:         packets joined by 0x1E; binary as `b<base64>`          4hello\x1ebAQIDBA==
//   v3 text:    `<length in UTF-16 units>:<packet>`; binary `b4<base64>`   6:4hello10:b4AQIDBA==
//   v3 binary:  per packet 00|01, decimal digits as bytes 0-9, FF, packet; chosen when the client takes
//               binary (no b64=1) and any packet is binary. Lengths are bytes, strings plain UTF-8.

#include "wire/engine_packet.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::wire {

/// What a body held. When it is malformed, the packets before the fault are there: Node handles them
/// before it closes the session.
struct DecodedPayload {
    std::vector<EnginePacket> packets;
    bool malformed = false;
};

/// `packets_max` bounds what one body of tiny packets can cost; more is malformed. So is text that is
/// not UTF-8.
[[nodiscard]] DecodedPayload decode_payload_v4(std::string_view body, std::size_t packets_max);
[[nodiscard]] DecodedPayload decode_payload_v3_text(std::string_view body, std::size_t packets_max);
[[nodiscard]] DecodedPayload decode_payload_v3_binary(std::string_view body,
                                                      std::size_t packets_max);

/// Each appends one packet; v4 puts the separator first when `out` is not empty.
void append_payload_v4(std::string& out, EnginePacketView packet);
void append_payload_v3_text(std::string& out, EnginePacketView packet);
void append_payload_v3_binary(std::string& out, EnginePacketView packet);

}  // namespace socketio::wire
