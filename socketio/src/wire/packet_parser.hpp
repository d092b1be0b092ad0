#pragma once
// How the packets of a client are written and read: a parser for each format, chosen once for each client. A
// parser has no state; what a client has begun and not ended is its own. Any thread.
//
//   json       text, then attachments      socket.io-parser            socket_packet.hpp
//   msgpack    one binary message          socket.io-msgpack-parser    msgpack_packet.hpp

#include "wire/socket_packet.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace socketio::wire {

enum class PacketFormat : std::uint8_t { json, msgpack };
inline constexpr std::size_t packet_formats = 2;

class PacketParser {
public:
    [[nodiscard]] virtual EncodedPacket encode(const Packet& packet) const = 0;
    [[nodiscard]] virtual EncodedPacket encode_event(const EventParts& event) const = 0;
    /// A packet when one is complete. `begun` is what the session's messages so far have left open. After an
    /// error the session must be closed.
    [[nodiscard]] virtual Result<std::optional<Packet>> decode(
        std::string_view message, bool binary, PacketDecoder& begun,
        const PacketLimits& limits) const = 0;

protected:
    constexpr PacketParser() noexcept = default;
    ~PacketParser() = default;
};

[[nodiscard]] const PacketParser& packet_parser(PacketFormat format) noexcept;

}  // namespace socketio::wire
