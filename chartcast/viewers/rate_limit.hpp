#pragma once
// A token bucket: so many a second, and as many at once. The time is a parameter, in milliseconds of a steady
// clock. Lives on one shard.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace chartcast::viewers {

class RateLimit {
public:
    explicit RateLimit(double per_second) noexcept
        : per_second_(per_second), most_(std::max(1.0, per_second)), tokens_(most_) {}

    /// False when it is too much now.
    [[nodiscard]] bool take(std::int64_t now) noexcept {
        if (last_ != 0) {
            tokens_ += static_cast<double>(now - last_) * per_second_ / 1000;
            tokens_ = std::min(tokens_, most_);
        }
        last_ = now;
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }
    /// After a refusal: until the next one is let through.
    [[nodiscard]] std::chrono::milliseconds wait() const noexcept {
        return std::chrono::milliseconds(
            static_cast<std::int64_t>((1 - tokens_) * 1000 / per_second_) + 1);
    }

private:
    double per_second_;
    double most_;
    double tokens_;
    std::int64_t last_ = 0;
};

}  // namespace chartcast::viewers
