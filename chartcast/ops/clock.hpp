#pragma once
// The clocks of a running program; what is pure has the time as a parameter instead. Any thread.

#include <chrono>
#include <cstdint>

namespace chartcast::ops {

/// Times that mean something outside of this process.
[[nodiscard]] inline std::int64_t milliseconds_since_1970() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// Never goes back, whatever happens to the system's clock.
[[nodiscard]] inline std::int64_t steady_milliseconds() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Timers wait for no longer and look again: far times would overflow what timers count in.
inline constexpr std::int64_t timer_wait_max = 3'600'000;

}  // namespace chartcast::ops
