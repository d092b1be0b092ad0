// Base64 by table, three bytes to four characters and back. Any thread. RFC 4648, sections 4 and 5.

#include "base/base64.hpp"

#include <array>
#include <cstdint>

namespace socketio::base {

namespace {

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Its high bits mark what is no character of either alphabet, so one OR tests four at once.
constexpr std::uint8_t no_digit = 0xC0;

constexpr std::array<std::uint8_t, 256> digit_of = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_digit);
    for (std::size_t digit = 0; digit < 64; ++digit) {
        table[static_cast<unsigned char>(standard_alphabet[digit])] =
            static_cast<std::uint8_t>(digit);
        table[static_cast<unsigned char>(url_alphabet[digit])] = static_cast<std::uint8_t>(digit);
    }
    return table;
}();

[[nodiscard]] std::uint32_t byte_at(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<unsigned char>(bytes[at]);
}

[[nodiscard]] std::uint32_t digit_at(std::string_view text, std::size_t at) noexcept {
    return digit_of[static_cast<unsigned char>(text[at])];
}

/// Returns the end of what it wrote: four characters for each three bytes, two or three for the rest.
char* encode(char* to, std::string_view bytes, std::string_view alphabet) noexcept {
    std::size_t at = 0;
    for (; at + 3 <= bytes.size(); at += 3) {
        const auto group =
            byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2);
        *to++ = alphabet[group >> 18];
        *to++ = alphabet[group >> 12 & 63];
        *to++ = alphabet[group >> 6 & 63];
        *to++ = alphabet[group & 63];
    }
    if (at == bytes.size()) return to;
    const bool two = at + 2 == bytes.size();
    const auto group = byte_at(bytes, at) << 16 | (two ? byte_at(bytes, at + 1) << 8 : 0);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    if (two) *to++ = alphabet[group >> 6 & 63];
    return to;
}

/// Nothing when the padding is not what the length asks for.
[[nodiscard]] std::optional<std::string_view> without_padding(std::string_view text) noexcept {
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    if (padding > 0 && text.size() % 4 != 0) return std::nullopt;
    text.remove_suffix(padding);
    if (text.size() % 4 == 1) return std::nullopt;
    return text;
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
    const auto before = out.size();
    out.resize(before + (bytes.size() + 2) / 3 * 4, '=');
    encode(out.data() + before, bytes, standard_alphabet);
}

std::string base64url(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4, '\0');
    const auto* end = encode(out.data(), bytes, url_alphabet);
    out.resize(static_cast<std::size_t>(end - out.data()));
    return out;
}

std::optional<std::string> decode_base64(std::string_view padded) {
    const auto digits = without_padding(padded);
    if (!digits) return std::nullopt;
    const auto text = *digits;
    std::string out(text.size() / 4 * 3 + text.size() % 4 * 3 / 4, '\0');
    char* to = out.data();
    std::uint32_t seen = 0;
    std::size_t at = 0;
    for (; at + 4 <= text.size(); at += 4) {
        const auto a = digit_at(text, at), b = digit_at(text, at + 1);
        const auto c = digit_at(text, at + 2), d = digit_at(text, at + 3);
        seen |= a | b | c | d;
        *to++ = static_cast<char>(a << 2 | b >> 4);
        *to++ = static_cast<char>(b << 4 | c >> 2);
        *to++ = static_cast<char>(c << 6 | d);
    }
    if (at < text.size()) {
        const auto a = digit_at(text, at), b = digit_at(text, at + 1);
        seen |= a | b;
        *to++ = static_cast<char>(a << 2 | b >> 4);
        if (at + 3 == text.size()) {
            const auto c = digit_at(text, at + 2);
            seen |= c;
            *to++ = static_cast<char>(b << 4 | c >> 2);
        }
    }
    if ((seen & no_digit) != 0) return std::nullopt;
    return out;
}

}  // namespace socketio::base
