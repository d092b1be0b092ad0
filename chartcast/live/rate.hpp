#pragma once
// How often a stream may send. Viewers are put into a few classes, so that one frame serves many; a class
// ticks on a clock that all its viewers share. Pure: the time is a parameter. Any thread.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace chartcast::live {

enum class RateClass : std::uint8_t { unlimited, ten, four, two, one, half };

inline constexpr std::array rate_classes = {RateClass::unlimited, RateClass::ten, RateClass::four,
                                            RateClass::two,       RateClass::one, RateClass::half};

/// Between two ticks; zero when unlimited.
[[nodiscard]] std::chrono::milliseconds period(RateClass rate) noexcept;

/// The fastest class within both limits, in frames a second; nothing is no limit. The slowest class serves
/// limits below it, too: who wants less pauses.
[[nodiscard]] RateClass rate_class(std::optional<double> chart_rate,
                                   std::optional<double> client_rate) noexcept;

/// When a stream of a class may send: the first change after a quiet time at once, everything else with
/// the next tick. At most one frame between two ticks. Lives on one shard.
class RateClock {
public:
    explicit RateClock(RateClass rate) noexcept : period_(period(rate)) {}

    /// Whether a frame may leave at `now`, in milliseconds of any steady clock.
    [[nodiscard]] bool may_send(std::int64_t now) const noexcept { return now >= next_; }
    /// When it may: now, or the next tick.
    [[nodiscard]] std::int64_t next_send(std::int64_t now) const noexcept {
        return now >= next_ ? now : next_;
    }
    void sent(std::int64_t now) noexcept;

private:
    std::chrono::milliseconds period_;
    std::int64_t next_ = INT64_MIN;
};

}  // namespace chartcast::live
