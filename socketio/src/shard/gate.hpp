#pragma once
// Something that is open until somebody closes it for good. Any thread.

#include <atomic>

namespace socketio::shard {

class Gate {
public:
    [[nodiscard]] bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }
    void close() noexcept { open_.store(false, std::memory_order_release); }

private:
    std::atomic<bool> open_{true};
};

}  // namespace socketio::shard
