#pragma once
// Something that only the first of several threads may do.

#include <atomic>

namespace socketio::shard {

class Once {
public:
    /// True for exactly one caller.
    [[nodiscard]] bool first() noexcept { return !done_.exchange(true, std::memory_order_acq_rel); }

private:
    std::atomic<bool> done_{false};
};

}  // namespace socketio::shard
