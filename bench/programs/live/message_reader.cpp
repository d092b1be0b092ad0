#include "live/message_reader.hpp"

namespace bench {

std::optional<MessageReader::Message> MessageReader::first_of(std::string_view bytes) {
    if (bytes.size() < 2) return std::nullopt;
    const auto short_length = static_cast<std::uint8_t>(bytes[1]);
    const std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
    const auto header_bytes = 2 + length_bytes;
    if (bytes.size() < header_bytes) return std::nullopt;
    std::uint64_t payload_bytes = length_bytes == 0 ? short_length : 0;
    for (const char byte : bytes.substr(2, length_bytes)) {
        payload_bytes = payload_bytes << 8 | static_cast<std::uint8_t>(byte);
    }
    if (bytes.size() - header_bytes < payload_bytes) return std::nullopt;
    const auto opcode = static_cast<std::uint8_t>(bytes[0] & 0x0f);
    return Message{opcode, bytes.substr(header_bytes, payload_bytes), header_bytes + payload_bytes};
}

}  // namespace bench
