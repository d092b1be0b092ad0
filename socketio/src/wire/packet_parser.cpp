#include "wire/packet_parser.hpp"

#include "wire/msgpack_packet.hpp"

#include <utility>

namespace socketio::wire {

namespace {

class JsonParser final : public PacketParser {
    [[nodiscard]] EncodedPacket encode(const Packet& packet) const override {
        return encode_packet(packet);
    }
    [[nodiscard]] EncodedPacket encode_event(const EventParts& event) const override {
        return wire::encode_event(event);
    }
    [[nodiscard]] Result<std::optional<Packet>> decode(std::string_view message, bool binary,
                                                       PacketDecoder& begun,
                                                       const PacketLimits& limits) const override {
        return binary ? begun.on_binary(message) : begun.on_text(message, limits);
    }
};

class MsgpackParser final : public PacketParser {
    [[nodiscard]] EncodedPacket encode(const Packet& packet) const override {
        return {encode_msgpack_packet(packet), {}, true};
    }
    [[nodiscard]] EncodedPacket encode_event(const EventParts& event) const override {
        return {encode_msgpack_event(event), {}, true};
    }
    [[nodiscard]] Result<std::optional<Packet>> decode(std::string_view message, bool binary,
                                                       PacketDecoder&,
                                                       const PacketLimits& limits) const override {
        if (!binary) return errc::invalid_packet;
        auto packet = decode_msgpack_packet(message, limits);
        if (!packet) return packet.error();
        return std::optional<Packet>(std::move(*packet));
    }
};

constexpr JsonParser json_parser{};
constexpr MsgpackParser msgpack_parser{};

}  // namespace

const PacketParser& packet_parser(PacketFormat format) noexcept {
    if (format == PacketFormat::msgpack) return msgpack_parser;
    return json_parser;
}

}  // namespace socketio::wire
