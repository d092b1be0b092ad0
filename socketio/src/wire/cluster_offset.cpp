#include "wire/cluster_offset.hpp"

#include <charconv>
#include <limits>
#include <system_error>

namespace socketio::wire {

namespace {

constexpr std::size_t digits_max = std::numeric_limits<std::uint64_t>::digits10 + 1;

[[nodiscard]] std::optional<std::uint64_t> read_digits(std::string_view text) noexcept {
    if (text.empty() || text.size() > digits_max) return std::nullopt;
    std::uint64_t number = 0;
    const auto* end = text.data() + text.size();
    // Of an unsigned number it reads no sign.
    const auto [rest, ec] = std::from_chars(text.data(), end, number);
    if (ec != std::errc() || rest != end) return std::nullopt;
    return number;
}

}  // namespace

std::optional<ClusterOffset> parse_cluster_offset(std::string_view text) noexcept {
    ClusterOffset offset;
    for (;;) {
        if (offset.count_ == ClusterOffset::numbers_max) return std::nullopt;
        const auto dash = text.find('-');
        const auto number = read_digits(text.substr(0, dash));
        if (!number) return std::nullopt;
        offset.numbers_[offset.count_++] = *number;
        if (dash == std::string_view::npos) return offset;
        text.remove_prefix(dash + 1);
    }
}

}  // namespace socketio::wire
