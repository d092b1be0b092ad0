#include "config/reading/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

namespace chartcast::config {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t worth;
};

constexpr std::array sizes = {Unit{"TiB", 1ULL << 40}, Unit{"GiB", 1ULL << 30},
                              Unit{"MiB", 1ULL << 20}, Unit{"KiB", 1ULL << 10}, Unit{"", 1}};
constexpr std::array durations = {Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000},
                                  Unit{"s", 1'000}, Unit{"ms", 1}};

std::optional<std::uint64_t> parse_amount(std::string_view text,
                                          std::span<const Unit> units) noexcept {
    std::uint64_t amount = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, ec] = std::from_chars(text.data(), end, amount);
    if (ec != std::errc()) return std::nullopt;
    const std::string_view name(rest, static_cast<std::size_t>(end - rest));
    constexpr auto largest = static_cast<std::uint64_t>(INT64_MAX);
    for (const auto& unit : units) {
        if (name != unit.name) continue;
        if (amount > largest / unit.worth) return std::nullopt;
        return amount * unit.worth;
    }
    return std::nullopt;
}

std::string text_of(std::uint64_t amount, std::span<const Unit> units) {
    for (const auto& unit : units) {
        if (amount % unit.worth == 0 && amount >= unit.worth) {
            return std::to_string(amount / unit.worth).append(unit.name);
        }
    }
    return std::to_string(amount).append(units.back().name);
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
    return parse_amount(text, sizes);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
    const auto amount = parse_amount(text, durations);
    if (!amount) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*amount));
}

std::optional<double> parse_rate(std::string_view text) noexcept {
    double amount = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, ec] = std::from_chars(text.data(), end, amount, std::chars_format::fixed);
    if (ec != std::errc() || !std::isfinite(amount) || amount < 0) return std::nullopt;
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    if (unit == "/s") return amount;
    if (unit == "/m") return amount / 60;
    if (unit == "/h") return amount / 3600;
    return std::nullopt;
}

std::optional<std::int64_t> parse_whole(std::string_view text) noexcept {
    std::int64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, ec] = std::from_chars(text.data(), end, number);
    if (ec != std::errc() || rest != end) return std::nullopt;
    return number;
}

std::string size_text(std::uint64_t bytes) {
    return text_of(bytes, sizes);
}

std::string duration_text(std::chrono::milliseconds duration) {
    return text_of(static_cast<std::uint64_t>(duration.count()), durations);
}

}  // namespace chartcast::config
