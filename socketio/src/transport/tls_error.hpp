#pragma once
// What OpenSSL says of a failure. Any thread: each has a queue of errors of its own.

#include <string>

namespace socketio::transport {

/// The cause of this thread's last failure, as in `error:0480006C:PEM routines::no start line`; the queue is
/// empty afterwards. An empty text when there was none.
[[nodiscard]] std::string take_tls_error();

}  // namespace socketio::transport
