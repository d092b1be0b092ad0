#pragma once
// What is told to applications of the request that opens a session or a WebSocket. Any thread.

#include "socketio/handshake.hpp"
#include "socketio/http.hpp"

namespace socketio::transport {

[[nodiscard]] Handshake make_handshake(const HttpRequest& request);

}  // namespace socketio::transport
