// Reading one Engine.IO packet; nothing is copied but what base64 carries. Any thread. Engine.IO
// protocol v4 and v3, "Packet encoding".

#include "wire/engine_packet.hpp"

#include "base/base64.hpp"

namespace socketio::wire {

namespace {

constexpr unsigned type_count = 7;

[[nodiscard]] Result<EnginePacketType> to_type(unsigned number) {
    if (number >= type_count) return errc::invalid_engine_packet;
    return static_cast<EnginePacketType>(number);
}

[[nodiscard]] Result<EnginePacketType> type_from_digit(std::string_view text) {
    if (text.empty()) return errc::invalid_engine_packet;
    // What lies below '0' wraps to a large number.
    return to_type(static_cast<unsigned char>(text.front()) - unsigned{'0'});
}

}  // namespace

Result<EnginePacketView> decode_engine_text(std::string_view text) {
    const auto type = type_from_digit(text);
    if (!type) return type.error();
    return EnginePacketView{*type, false, text.substr(1)};
}

Result<EnginePacketView> decode_engine_binary(std::string_view bytes, EngineProtocol protocol) {
    if (protocol == EngineProtocol::v4) {
        return EnginePacketView{EnginePacketType::message, true, bytes};
    }
    if (bytes.empty()) return errc::invalid_engine_packet;
    const auto type = to_type(static_cast<unsigned char>(bytes.front()));
    if (!type) return type.error();
    return EnginePacketView{*type, true, bytes.substr(1)};
}

Result<EnginePacket> decode_engine_base64(std::string_view text, EngineProtocol protocol) {
    if (!is_engine_base64(text)) return errc::invalid_engine_packet;
    auto digits = text.substr(1);
    auto packet = EnginePacket{EnginePacketType::message, true, {}};
    if (protocol == EngineProtocol::v3) {
        const auto type = type_from_digit(digits);
        if (!type) return type.error();
        packet.type = *type;
        digits.remove_prefix(1);
    }
    auto bytes = base::decode_base64(digits);
    if (!bytes) return errc::invalid_engine_packet;
    packet.data = std::move(*bytes);
    return packet;
}

}  // namespace socketio::wire
