#pragma once
// A rate with bursts: so many a second, and as many at once after a quiet second, or as many as are said.
// Time is a parameter. Lives on one thread.

#include "base/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace socketio::base {

class TokenBucket {
public:
    /// Full at first.
    TokenBucket(std::size_t per_second, TimePoint now) noexcept
        : TokenBucket(per_second, per_second, now) {}
    TokenBucket(std::size_t per_second, std::size_t burst, TimePoint now) noexcept
        : per_second_(static_cast<double>(per_second)),
          burst_(static_cast<double>(burst)),
          tokens_(burst_),
          filled_(now) {}

    [[nodiscard]] bool take(TimePoint now) noexcept {
        fill(now);
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }
    /// Until take() succeeds, rounded up.
    [[nodiscard]] Milliseconds wait(TimePoint now) noexcept {
        fill(now);
        if (tokens_ >= 1) return Milliseconds(0);
        const std::chrono::duration<double> missing((1 - tokens_) / per_second_);
        return std::chrono::ceil<Milliseconds>(missing);
    }

private:
    void fill(TimePoint now) noexcept {
        if (now <= filled_) return;
        const std::chrono::duration<double> passed = now - filled_;
        tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
        filled_ = now;
    }

    double per_second_;
    double burst_;
    double tokens_;
    TimePoint filled_;
};

}  // namespace socketio::base
