#pragma once
// Nothing may hold up a shard. In debug builds a piece of work that takes over 20 ms aborts the program
// and says where it began; in release builds this is nothing. Work without a name may take its time: on an
// event loop of the application's, that is for the application to say.

#ifndef NDEBUG
#include <chrono>
#endif

namespace socketio::shard {

#ifdef NDEBUG
class TurnGuard {
public:
    explicit TurnGuard(const char*) noexcept {}
    TurnGuard(const TurnGuard&) = delete;
    TurnGuard& operator=(const TurnGuard&) = delete;
    ~TurnGuard() {}  // Not defaulted, so that a guard is never an unused variable.
};
#else
class TurnGuard {
public:
    /// Null: not watched.
    explicit TurnGuard(const char* work) noexcept;
    TurnGuard(const TurnGuard&) = delete;
    TurnGuard& operator=(const TurnGuard&) = delete;
    ~TurnGuard();

private:
    const char* work_;
    std::chrono::steady_clock::time_point began_{};
    std::chrono::nanoseconds computed_before_{};
    std::chrono::nanoseconds held_back_before_{};
};
#endif

}  // namespace socketio::shard
