#include "client/frame_scanner.hpp"

namespace bench {

namespace {

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

}  // namespace

std::optional<FrameScanner::Head> FrameScanner::read(std::string_view bytes) {
    if (bytes.size() < 2) return std::nullopt;
    const auto flags = static_cast<std::uint8_t>(bytes[0]);
    // Servers do not mask: the upper bit is unset.
    const auto short_length = static_cast<std::uint8_t>(bytes[1]);
    const std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
    Head head{2 + length_bytes, {}};
    if (bytes.size() < head.header_bytes) return std::nullopt;

    auto& frame = head.frame;
    frame.opcode = flags & 0x0f;
    frame.final = (flags & 0x80) != 0;
    frame.compressed = (flags & 0x40) != 0;
    frame.payload_bytes = length_bytes ? big_endian(bytes.substr(2, length_bytes)) : short_length;
    frame.payload = bytes.substr(head.header_bytes, frame.payload_bytes);
    if (frame.payload.size() < std::min<std::uint64_t>(frame.payload_bytes, beginning_max)) {
        return std::nullopt;
    }
    return head;
}

}  // namespace bench
