#pragma once
// What producers on any thread have handed to a shard and it has not got rid of yet, with a bound: so that
// a producer is refused without asking the shard. Any thread.

#include <atomic>
#include <cstddef>

namespace socketio::shard {

class FlowMeter {
public:
    explicit FlowMeter(std::size_t bytes_max) noexcept : bytes_max_(bytes_max) {}

    /// Counts them, unless it is closed or they are too many: more than the bound is taken when there is
    /// nothing else.
    [[nodiscard]] bool add(std::size_t bytes) noexcept {
        auto had = bytes_.load(std::memory_order_relaxed);
        do {
            const bool fits = had == 0 || (bytes <= bytes_max_ && had <= bytes_max_ - bytes);
            if (!open() || !fits) return false;
        } while (!bytes_.compare_exchange_weak(had, had + bytes, std::memory_order_relaxed));
        return true;
    }
    /// They were counted before.
    void remove(std::size_t bytes) noexcept { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
    [[nodiscard]] std::size_t bytes() const noexcept {
        return bytes_.load(std::memory_order_relaxed);
    }

    /// Nothing is taken any more. True for the first call.
    bool close() noexcept { return open_.exchange(false, std::memory_order_acq_rel); }
    [[nodiscard]] bool open() const noexcept { return open_.load(std::memory_order_acquire); }

private:
    const std::size_t bytes_max_;
    std::atomic<std::size_t> bytes_{0};
    std::atomic<bool> open_{true};
};

}  // namespace socketio::shard
