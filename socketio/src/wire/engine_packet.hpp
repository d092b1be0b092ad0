#pragma once
// One Engine.IO packet and its text form. Any thread. Engine.IO protocol v4 and v3, "Packet encoding".
//
//   text:    <digit><data>        `4hello`
//   binary:  on a WebSocket a binary frame: v4 `<data>`, v3 `<type byte 04><data>`
//   base64:  binary as text, in payloads and from WebSocket clients that are told to send no binary
//            frames: v4 `b<base64>`, v3 `b<digit><base64>`

#include "socketio/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::wire {

enum class EnginePacketType : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

/// Which revision a client speaks: the EIO query parameter.
enum class EngineProtocol : std::uint8_t { v3 = 3, v4 = 4 };

/// Points into the bytes it was read from.
struct EnginePacketView {
    EnginePacketType type = EnginePacketType::noop;
    bool binary = false;
    std::string_view data;
};

struct EnginePacket {
    EnginePacketType type = EnginePacketType::noop;
    bool binary = false;
    std::string data;

    [[nodiscard]] EnginePacketView view() const noexcept { return {type, binary, data}; }
};

[[nodiscard]] constexpr char to_digit(EnginePacketType type) noexcept {
    return static_cast<char>('0' + static_cast<int>(type));
}

/// A text frame, or one text record of a payload.
[[nodiscard]] Result<EnginePacketView> decode_engine_text(std::string_view text);
/// A binary WebSocket frame.
[[nodiscard]] Result<EnginePacketView> decode_engine_binary(std::string_view bytes,
                                                            EngineProtocol protocol);

[[nodiscard]] inline bool is_engine_base64(std::string_view text) noexcept {
    return text.starts_with('b');
}
/// A text that is_engine_base64().
[[nodiscard]] Result<EnginePacket> decode_engine_base64(std::string_view text,
                                                        EngineProtocol protocol);

}  // namespace socketio::wire
