#include "live/rate.hpp"

#include <algorithm>
#include <limits>

namespace chartcast::live {
namespace {

double frames_per_second(RateClass rate) noexcept {
    return 1000.0 / static_cast<double>(period(rate).count());
}

}  // namespace

std::chrono::milliseconds period(RateClass rate) noexcept {
    using std::chrono::milliseconds;
    switch (rate) {
        case RateClass::unlimited: return milliseconds(0);
        case RateClass::ten: return milliseconds(100);
        case RateClass::four: return milliseconds(250);
        case RateClass::two: return milliseconds(500);
        case RateClass::one: return milliseconds(1000);
        case RateClass::half: return milliseconds(2000);
    }
    return milliseconds(0);
}

RateClass rate_class(std::optional<double> chart_rate, std::optional<double> client_rate) noexcept {
    if (!chart_rate && !client_rate) return RateClass::unlimited;
    constexpr auto none = std::numeric_limits<double>::infinity();
    const auto limit = std::min(chart_rate.value_or(none), client_rate.value_or(none));
    for (const auto rate : rate_classes) {
        if (rate != RateClass::unlimited && frames_per_second(rate) <= limit) return rate;
    }
    return RateClass::half;
}

void RateClock::sent(std::int64_t now) noexcept {
    const auto step = period_.count();
    if (step == 0) return;
    // Ticks are the multiples of the period, before time zero as well.
    const auto into_tick = ((now % step) + step) % step;
    next_ = now - into_tick + step;
}

}  // namespace chartcast::live
