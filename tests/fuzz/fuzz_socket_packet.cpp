// A session's messages, text and binary, as Socket.IO packets. The input is cut at each byte FF, which no
// text can hold; a part that begins with FE is a binary message, any other one is text. A packet that is
// complete must be written and read again as itself.

#include "base/assert.hpp"
#include "wire/socket_packet.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

namespace {

using namespace socketio::wire;
using socketio::Value;

constexpr PacketLimits limits{.attachments_max = 10, .json_depth_max = 32};

void check_shape(const Packet& packet) {
    SOCKETIO_ASSERT(packet.nsp.starts_with('/'));
    switch (packet.type) {
        case PacketType::connect:
            SOCKETIO_ASSERT(packet.data.is_null() || packet.data.if_object() != nullptr);
            break;
        case PacketType::disconnect: SOCKETIO_ASSERT(packet.data.is_null()); break;
        case PacketType::connect_error:
            SOCKETIO_ASSERT(packet.data.is_null() || packet.data.if_object() != nullptr ||
                            packet.data.if_string() != nullptr);
            break;
        case PacketType::ack: SOCKETIO_ASSERT(packet.data.if_array() != nullptr); break;
        case PacketType::event: {
            const auto& array = packet.data.as_array();
            if (array.empty()) break;
            const auto* name = array.front().if_string();
            SOCKETIO_ASSERT(name != nullptr || array.front().is_number());
            SOCKETIO_ASSERT(name == nullptr || !is_reserved_event(*name));
            break;
        }
        case PacketType::binary_event:
        case PacketType::binary_ack: SOCKETIO_ASSERT(false);
    }
}

/// An event without payload, or with an infinite number for a name, is read but cannot be written.
bool can_be_written(const Packet& packet) {
    if (packet.type != PacketType::event) return true;
    const auto& array = packet.data.as_array();
    return !array.empty() &&
           (!array.front().is_number() || std::isfinite(array.front().as_double()));
}

std::optional<Packet> read_back(const EncodedPacket& encoded) {
    const PacketLimits written{.attachments_max = encoded.attachments.size(), .json_depth_max = 64};
    PacketDecoder decoder;
    auto packet = decoder.on_text(encoded.data, written);
    for (const auto& attachment : encoded.attachments) {
        SOCKETIO_ASSERT(packet && !*packet && decoder.pending());
        packet = decoder.on_binary(attachment.view());
    }
    SOCKETIO_ASSERT(packet && *packet && !decoder.pending());
    return *packet;
}

void check_round_trip(const Packet& packet) {
    const auto encoded = encode_packet(packet);
    const auto reread = read_back(encoded);
    SOCKETIO_ASSERT(reread->type == packet.type);
    SOCKETIO_ASSERT(reread->nsp == packet.nsp);
    SOCKETIO_ASSERT(reread->id == packet.id);
    const auto again = encode_packet(*reread);
    SOCKETIO_ASSERT(again.data == encoded.data);
    SOCKETIO_ASSERT(again.attachments == encoded.attachments);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    PacketDecoder decoder;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\xff'), rest.size());
        const auto message = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const bool binary = message.starts_with('\xfe');
        const auto result =
            binary ? decoder.on_binary(message.substr(1)) : decoder.on_text(message, limits);
        if (!result) break;
        SOCKETIO_ASSERT(result->has_value() != decoder.pending());
        if (!*result) continue;
        check_shape(**result);
        if (can_be_written(**result)) check_round_trip(**result);
    }
    return 0;
}
