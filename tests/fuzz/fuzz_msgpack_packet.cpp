// Any bytes as a packet in MessagePack. What is accepted has the shape that handlers count on and is written and
// read again as itself; as JSON, in which a broadcast may pass it on, it is a packet, too.

#include "base/assert.hpp"
#include "wire/packet_parser.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace socketio::wire;
using socketio::Value;

constexpr PacketLimits limits{
    .attachments_max = 10, .json_depth_max = 32, .msgpack_values_max = 5'000};

void check_shape(const Packet& packet) {
    SOCKETIO_ASSERT(packet.nsp.starts_with('/'));
    switch (packet.type) {
        case PacketType::connect:
            SOCKETIO_ASSERT(packet.data.is_null() || packet.data.if_object() != nullptr);
            break;
        case PacketType::disconnect: SOCKETIO_ASSERT(packet.data.is_null()); break;
        case PacketType::connect_error:
            SOCKETIO_ASSERT(packet.data.if_object() != nullptr ||
                            packet.data.if_string() != nullptr);
            break;
        case PacketType::ack: SOCKETIO_ASSERT(packet.data.if_array() != nullptr); break;
        case PacketType::event: {
            const auto& name = packet.data.as_array().at(0);
            SOCKETIO_ASSERT(name.if_string() != nullptr || name.is_number());
            SOCKETIO_ASSERT(name.if_string() == nullptr || !is_reserved_event(*name.if_string()));
            break;
        }
        case PacketType::binary_event:
        case PacketType::binary_ack: SOCKETIO_ASSERT(false);
    }
}

/// Reads what was written. The other format may say the same with a level more.
socketio::Result<std::optional<Packet>> read(const PacketParser& parser,
                                             const EncodedPacket& encoded) {
    PacketLimits written = limits;
    written.json_depth_max = 64;
    PacketDecoder begun;
    auto packet = parser.decode(encoded.data, encoded.binary, begun, written);
    for (const auto& attachment : encoded.attachments) {
        SOCKETIO_ASSERT(packet && !*packet);
        packet = parser.decode(attachment.view(), true, begun, written);
    }
    SOCKETIO_ASSERT(!packet || packet->has_value() != begun.pending());
    return packet;
}

/// Bytes are compared, not values: NaN is not equal to itself, and 1.0 is written as 1.
void check_round_trip(const Packet& packet) {
    const auto& parser = packet_parser(PacketFormat::msgpack);
    const auto encoded = parser.encode(packet);
    SOCKETIO_ASSERT(encoded.binary && encoded.attachments.empty());
    const auto again = read(parser, encoded);
    SOCKETIO_ASSERT(again && *again);
    SOCKETIO_ASSERT((*again)->type == packet.type);
    SOCKETIO_ASSERT((*again)->nsp == packet.nsp);
    SOCKETIO_ASSERT((*again)->id == packet.id);
    SOCKETIO_ASSERT(parser.encode(**again).data == encoded.data);
}

/// A namespace with a comma cannot be said in JSON, nor can an infinite number as an event's name.
bool is_sayable(const Packet& packet) {
    if (packet.nsp.find(',') != std::string::npos) return false;
    if (packet.type != PacketType::event) return true;
    const auto& name = packet.data.as_array().at(0);
    return !name.is_number() || std::isfinite(name.as_double());
}

void check_json(const Packet& packet) {
    if (!is_sayable(packet)) return;
    const auto& parser = packet_parser(PacketFormat::json);
    const auto again = read(parser, parser.encode(packet));
    SOCKETIO_ASSERT(again && *again);
    SOCKETIO_ASSERT((*again)->type == packet.type);
    SOCKETIO_ASSERT((*again)->nsp == packet.nsp);
    SOCKETIO_ASSERT((*again)->id == packet.id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    PacketDecoder begun;
    const auto packet = packet_parser(PacketFormat::msgpack).decode(bytes, true, begun, limits);
    if (!packet) return 0;
    SOCKETIO_ASSERT(packet->has_value() && !begun.pending());
    check_shape(**packet);
    check_round_trip(**packet);
    check_json(**packet);
    return 0;
}
