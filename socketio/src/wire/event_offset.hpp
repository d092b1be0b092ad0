#pragma once
// What tells one recoverable event from all others of its process: the last argument that such an event has.
// Clients hand the last one they got back when they reconnect. Any thread. As the offsets of
// socket.io-adapter's in-memory store look: "Q85XzYN", and "Q85XzYN.1" for a later one of the same millisecond.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::wire {

/// A time and a place among the events of its millisecond.
enum class EventOffset : std::uint64_t {
    none = 0,
    /// The event has one, in the words of an adapter that keeps sessions: wire/cluster_offset.hpp.
    of_adapter = 1,
};

inline constexpr unsigned event_offset_place_bits = 20;
inline constexpr std::uint64_t event_offset_places = std::uint64_t{1} << event_offset_place_bits;

/// Milliseconds since 1970 that an offset can hold: beyond the year 2500.
inline constexpr std::uint64_t event_offset_time_max = (std::uint64_t{1} << 44) - 1;

[[nodiscard]] constexpr EventOffset make_event_offset(std::uint64_t milliseconds,
                                                      std::uint64_t place) noexcept {
    return EventOffset{milliseconds << event_offset_place_bits | place};
}
[[nodiscard]] constexpr std::uint64_t milliseconds_of(EventOffset offset) noexcept {
    return static_cast<std::uint64_t>(offset) >> event_offset_place_bits;
}
[[nodiscard]] constexpr std::uint64_t place_of(EventOffset offset) noexcept {
    return static_cast<std::uint64_t>(offset) & (event_offset_places - 1);
}

[[nodiscard]] std::string to_text(EventOffset offset);
/// Nothing for a text that to_text() does not write.
[[nodiscard]] std::optional<EventOffset> parse_event_offset(std::string_view text) noexcept;

}  // namespace socketio::wire
