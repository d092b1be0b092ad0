#pragma once
// Numbers with units, as configuration files and flags spell them. Pure; any thread.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::config {

/// `4096`, `256KiB`, `1MiB`, `2GiB`, `1TiB`: bytes.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;
/// `200ms`, `10s`, `2m`, `24h`, `7d`.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text) noexcept;
/// `500/s`, `0.5/s`, `30/m`, `10/h`: how often a second.
[[nodiscard]] std::optional<double> parse_rate(std::string_view text) noexcept;
/// Digits alone, with a minus in front or not.
[[nodiscard]] std::optional<std::int64_t> parse_whole(std::string_view text) noexcept;

/// As they are parsed, in the largest unit that fits.
[[nodiscard]] std::string size_text(std::uint64_t bytes);
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

}  // namespace chartcast::config
