#pragma once
// For faults that are ours. Stays on in release: a server that goes on in an impossible state does harm.

namespace socketio {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;
}

#define SOCKETIO_ASSERT(expression) \
    (static_cast<bool>(expression)  \
         ? static_cast<void>(0)     \
         : ::socketio::assertion_failed(#expression, __FILE__, __LINE__))
