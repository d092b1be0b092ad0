#pragma once
// Time as a parameter: whoever owns the loop says what time it is.

#include <chrono>

namespace socketio::base {

using Milliseconds = std::chrono::milliseconds;
/// Monotonic; its origin means nothing.
using TimePoint = std::chrono::steady_clock::time_point;

}  // namespace socketio::base
