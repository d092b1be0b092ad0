#pragma once
// A thread for one piece of work: for what would leave traces on the caller's.

#include <thread>
#include <utility>

namespace socketio::shard {

/// Runs `work` on a thread of its own and waits until that has ended. Throws std::system_error when the
/// system has no thread to give; `work` itself must not throw.
template <class Work>
void run_on_brief_thread(Work&& work) {
    std::thread(std::forward<Work>(work)).join();
}

}  // namespace socketio::shard
