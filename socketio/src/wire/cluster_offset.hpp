#pragma once
// What tells one event from all others wherever it may be sent again, of an adapter that keeps sessions: numbers
// with a '-' between them, which grow, as the ids of a Redis stream do ("1795388961044-0"). Any thread. The text
// is the adapter's, and a client's when it comes back; what is compared are its numbers.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace socketio::wire {

/// One that has more numbers than another, and else the same, comes after it.
class ClusterOffset {
public:
    static constexpr std::size_t numbers_max = 4;

    friend constexpr std::strong_ordering operator<=>(const ClusterOffset&,
                                                      const ClusterOffset&) noexcept = default;

private:
    friend std::optional<ClusterOffset> parse_cluster_offset(std::string_view text) noexcept;

    /// Those that it has not are 0.
    std::array<std::uint64_t, numbers_max> numbers_{};
    std::size_t count_ = 0;
};

/// Nothing for a text that is none: anything but digits and single '-'s between them, too many numbers, or one
/// that 64 bits cannot hold.
[[nodiscard]] std::optional<ClusterOffset> parse_cluster_offset(std::string_view text) noexcept;

}  // namespace socketio::wire
