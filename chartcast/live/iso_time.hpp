#pragma once
// ISO 8601 text to milliseconds since 1970. Any thread.

#include <cstdint>
#include <optional>
#include <string_view>

namespace chartcast::live {

/// What JavaScript's Date can hold, either way.
inline constexpr std::int64_t time_milliseconds_max = 8'640'000'000'000'000;

/// `2026-11-20`, `2026-11-20T09:00`, `2026-11-20 09:00:30.125+08:00` and the like: a date, then a time of
/// day after `T` or a space, seconds and up to nine decimals if wanted, then `Z` or an offset. Without an
/// offset the time is UTC. Decimals behind the third are cut off. Nothing for any other text, and for
/// dates that are not in the calendar.
[[nodiscard]] std::optional<std::int64_t> parse_iso_time(std::string_view text) noexcept;

}  // namespace chartcast::live
