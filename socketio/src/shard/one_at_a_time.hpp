#pragma once
// Work that threads which are no shard's do one after the other. Any thread.

#include <mutex>
#include <utility>

namespace socketio::shard {

class OneAtATime {
public:
    template <class Work>
    void run(Work&& work) {
        const std::lock_guard lock(mutex_);
        std::forward<Work>(work)();
    }

private:
    std::mutex mutex_;
};

}  // namespace socketio::shard
