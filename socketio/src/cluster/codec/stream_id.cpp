// See stream_id.hpp.
#include "cluster/codec/stream_id.hpp"

#include "wire/utf8.hpp"

#include <charconv>
#include <system_error>

namespace socketio::cluster {
namespace {

std::optional<std::uint64_t> parse_canonical(std::string_view digits) noexcept {
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
    std::uint64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [at, ec] = std::from_chars(digits.data(), end, number);
    if (ec != std::errc() || at != end) return std::nullopt;
    return number;
}

/// The code point of valid UTF-8 that begins there; `at` goes behind it.
std::uint32_t take_code_point(std::string_view text, std::size_t& at) noexcept {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80) return first;
    const int following = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    std::uint32_t code = first & (0x3fU >> following);
    for (int i = 0; i < following && at < text.size(); ++i) {
        code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3fU);
    }
    return code;
}

}  // namespace

std::optional<StreamId> parse_stream_id(std::string_view text) noexcept {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const std::optional<std::uint64_t> milliseconds = parse_canonical(text.substr(0, dash));
    const std::optional<std::uint64_t> place = parse_canonical(text.substr(dash + 1));
    if (!milliseconds || !place) return std::nullopt;
    return StreamId{*milliseconds, *place};
}

std::string to_text(const StreamId& id) {
    return std::to_string(id.milliseconds) + "-" + std::to_string(id.place);
}

int stream_index(std::string_view nsp, int count) {
    const std::string text = wire::to_valid_utf8(nsp);
    std::uint32_t hash = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t code = take_code_point(text, at);
        if (code < 0x10000) {
            hash = hash * 31 + code;
        } else {
            hash = hash * 31 + (0xd800 + ((code - 0x10000) >> 10));
            hash = hash * 31 + (0xdc00 + ((code - 0x10000) & 0x3ff));
        }
    }
    // C++ and JavaScript agree on the remainder's sign.
    return static_cast<int>(static_cast<std::int32_t>(hash)) % count;
}

std::string stream_of(std::string_view name, std::string_view nsp, int count) {
    std::string stream(name);
    if (count > 1) stream.append("-").append(std::to_string(stream_index(nsp, count)));
    return stream;
}

}  // namespace socketio::cluster
