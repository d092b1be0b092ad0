#pragma once
// From a request to who answers it: an Engine.IO service (perhaps on another shard), a WebSocket
// endpoint, the client's files, a route of the application. Lives on the connection's shard.

#include "socketio/http.hpp"

#include <cstddef>
#include <string_view>

namespace socketio::transport {

class HttpConnection;
class RequestParser;
class TransportShard;

/// How large the body of a request for `target` may be.
[[nodiscard]] std::size_t body_bytes_max(TransportShard& shard, std::string_view target);
/// The header of a request is in, its body is not: an Engine.IO session must know, since it bears only one
/// POST at a time. May answer.
void announce_body(HttpConnection& connection, const RequestParser& parser);
/// The same for a route that reads its body in pieces: starts that. False when there is none.
[[nodiscard]] bool route_upload(HttpConnection& connection, const RequestParser& parser);
/// A whole request.
void route(HttpConnection& connection, HttpRequest request);
/// A WebSocket upgrade for an Engine.IO endpoint, on the shard that it came to or was handed to.
void route_upgrade(HttpConnection& connection, std::size_t endpoint, HttpRequest request);

}  // namespace socketio::transport
