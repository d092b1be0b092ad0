// Offsets of recoverable events as text: numbers to the base 64, as npm's yeast writes them.

#include "wire/event_offset.hpp"

#include <algorithm>
#include <array>

namespace socketio::wire {

namespace {

constexpr std::string_view offset_digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
constexpr unsigned offset_digit_bits = 6;
/// Enough for any time, and no number of so many digits overflows.
constexpr std::size_t offset_number_length_max = 8;

void append_number(std::string& out, std::uint64_t number) {
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    do {
        out += offset_digits[number & (offset_digits.size() - 1)];
        number >>= offset_digit_bits;
    } while (number > 0);
    std::reverse(out.begin() + first, out.end());
}

/// Nothing for what append_number() does not write.
[[nodiscard]] std::optional<std::uint64_t> read_number(std::string_view text) noexcept {
    if (text.empty() || text.size() > offset_number_length_max) return std::nullopt;
    if (text.size() > 1 && text.front() == offset_digits.front()) return std::nullopt;
    std::uint64_t number = 0;
    for (const char character : text) {
        const auto digit = offset_digits.find(character);
        if (digit == std::string_view::npos) return std::nullopt;
        number = number << offset_digit_bits | digit;
    }
    return number;
}

}  // namespace

std::string to_text(EventOffset offset) {
    std::string text;
    append_number(text, milliseconds_of(offset));
    if (const auto place = place_of(offset); place > 0) {
        text += '.';
        append_number(text, place - 1);
    }
    return text;
}

std::optional<EventOffset> parse_event_offset(std::string_view text) noexcept {
    const auto dot = text.find('.');
    const auto milliseconds = read_number(text.substr(0, dot));
    if (!milliseconds || *milliseconds > event_offset_time_max) return std::nullopt;
    if (dot == std::string_view::npos) return make_event_offset(*milliseconds, 0);
    const auto place = read_number(text.substr(dot + 1));
    if (!place || *place + 1 >= event_offset_places) return std::nullopt;
    return make_event_offset(*milliseconds, *place + 1);
}

}  // namespace socketio::wire
