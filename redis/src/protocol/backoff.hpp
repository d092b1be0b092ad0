#pragma once
// How long to wait before the next attempt to connect. I/O-free; chance is a parameter.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace redis {

class Backoff {
public:
    Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max) : min_(min), max_(max) {}

    /// Doubles from min to max; `chance` in [0, 1) shortens it by up to a half.
    [[nodiscard]] std::chrono::milliseconds next(double chance) {
        current_ = current_.count() == 0 ? min_ : std::min(current_ * 2, max_);
        return shortened(current_, chance);
    }
    /// For faults that only an operator mends.
    [[nodiscard]] std::chrono::milliseconds longest(double chance) {
        current_ = max_;
        return shortened(max_, chance);
    }
    void reset() noexcept { current_ = std::chrono::milliseconds(0); }

private:
    static std::chrono::milliseconds shortened(std::chrono::milliseconds wait, double chance) {
        return std::chrono::milliseconds(
            static_cast<std::int64_t>(static_cast<double>(wait.count()) * (1.0 - chance / 2)));
    }

    std::chrono::milliseconds min_;
    std::chrono::milliseconds max_;
    std::chrono::milliseconds current_{0};
};

}  // namespace redis
