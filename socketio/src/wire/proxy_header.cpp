#include "wire/proxy_header.hpp"

#include <algorithm>
#include <array>

namespace socketio::wire {

namespace {

using State = ProxyHeader::State;

constexpr std::string_view line_start = "PROXY ";
constexpr std::size_t line_bytes_max = 107;

constexpr std::string_view signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t fixed_bytes = 16;
// An IPv4 block is both addresses and both ports; so is one of IPv6.
constexpr std::size_t v4_block_bytes = 12;
constexpr std::size_t v6_block_bytes = 36;
constexpr std::size_t unix_block_bytes = 216;
constexpr std::uint8_t tls_remark = 0x20;
constexpr std::uint8_t client_spoke_tls = 0x01;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<std::uint8_t>(bytes[at]);
}

std::size_t length_at(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<std::size_t>(byte_at(bytes, at)) << 8 | byte_at(bytes, at + 1);
}

template <std::size_t size>
IpAddress address_at(std::string_view bytes, std::size_t at) {
    std::array<std::uint8_t, size> address{};
    for (std::size_t i = 0; i < size; ++i) address[i] = byte_at(bytes, at + i);
    return IpAddress(address);
}

// ---- Version 1 -------------------------------------------------------------------------------------

/// The next word; `line` goes on behind the one blank after it.
std::string_view take_word(std::string_view& line) noexcept {
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

bool is_port(std::string_view word) noexcept {
    return !word.empty() && word.size() <= 5 &&
           std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

ProxyHeader read_line(std::string_view bytes) {
    const auto head = bytes.substr(0, line_bytes_max);
    const auto end = head.find("\r\n");
    if (end == std::string_view::npos) {
        return {bytes.size() < line_bytes_max ? State::incomplete : State::malformed};
    }
    ProxyHeader header{State::complete, end + 2};
    auto line = head.substr(line_start.size(), end - line_start.size());
    const auto family = take_word(line);
    // Whatever follows is for nobody.
    if (family == "UNKNOWN") return header;
    header.source = IpAddress::parse(take_word(line));
    const auto destination = IpAddress::parse(take_word(line));
    const bool ports = is_port(take_word(line)) && is_port(take_word(line)) && line.empty();
    if ((family != "TCP4" && family != "TCP6") || !header.source || !destination || !ports) {
        return {State::malformed};
    }
    return header;
}

// ---- Version 2 -------------------------------------------------------------------------------------

/// Type, length and value, one after the other. Nothing when they do not end where they should.
std::optional<bool> speaks_tls(std::string_view remarks) noexcept {
    bool secure = false;
    while (!remarks.empty()) {
        constexpr std::size_t head_bytes = 3;
        if (remarks.size() < head_bytes) return std::nullopt;
        const auto length = length_at(remarks, 1);
        if (remarks.size() - head_bytes < length) return std::nullopt;
        if (byte_at(remarks, 0) == tls_remark && length > 0) {
            secure = (byte_at(remarks, head_bytes) & client_spoke_tls) != 0;
        }
        remarks.remove_prefix(head_bytes + length);
    }
    return secure;
}

/// Of the addresses; nothing for a family that does not exist.
std::optional<std::size_t> block_bytes(std::uint8_t family) noexcept {
    switch (family) {
        case 0x0: return 0;
        case 0x1: return v4_block_bytes;
        case 0x2: return v6_block_bytes;
        case 0x3: return unix_block_bytes;
        default: return std::nullopt;
    }
}

ProxyHeader read_binary(std::string_view bytes) {
    if (bytes.size() < fixed_bytes) return {State::incomplete};
    const auto version = byte_at(bytes, 12) >> 4;
    const auto command = byte_at(bytes, 12) & 0x0f;
    const auto family = static_cast<std::uint8_t>(byte_at(bytes, 13) >> 4);
    const auto protocol = byte_at(bytes, 13) & 0x0f;
    const auto size = fixed_bytes + length_at(bytes, 14);
    if (version != 2 || command > 1 || protocol > 2 || size > proxy_header_bytes_max) {
        return {State::malformed};
    }
    if (bytes.size() < size) return {State::incomplete};
    ProxyHeader header{State::complete, size};
    constexpr int local = 0;
    if (command == local) return header;
    const auto rest = bytes.substr(fixed_bytes, size - fixed_bytes);
    const auto block = block_bytes(family);
    if (!block || rest.size() < *block) return {State::malformed};
    // Without a family nobody says where remarks begin.
    if (*block == 0) return header;
    const auto secure = speaks_tls(rest.substr(*block));
    if (!secure) return {State::malformed};
    header.secure = *secure;
    if (*block == v4_block_bytes) header.source = address_at<IpAddress::v4_bytes>(rest, 0);
    if (*block == v6_block_bytes) header.source = address_at<IpAddress::v6_bytes>(rest, 0);
    return header;
}

bool may_begin(std::string_view bytes, std::string_view start) noexcept {
    return start.starts_with(bytes.substr(0, start.size()));
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view bytes) {
    if (bytes.starts_with(line_start)) return read_line(bytes);
    if (bytes.starts_with(signature)) return read_binary(bytes);
    const bool begins = may_begin(bytes, line_start) || may_begin(bytes, signature);
    return {begins ? State::incomplete : State::malformed};
}

}  // namespace socketio::wire
