#pragma once
// What is told to applications of a request and of who sent it. Any thread, but for the connection's part.

#include "socketio/handshake.hpp"
#include "socketio/http.hpp"

namespace socketio::transport {

class Connection;

/// Fills in address and secure: the one place where a request's client is decided. It is the connection's, or
/// whom a trusted proxy names.
void tell_client(HttpRequest& request, Connection& connection);
[[nodiscard]] Handshake make_handshake(const HttpRequest& request);

}  // namespace socketio::transport
