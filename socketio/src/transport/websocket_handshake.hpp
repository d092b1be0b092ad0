#pragma once
// The HTTP side of opening a WebSocket. Any thread. RFC 6455, section 4.2.

#include "socketio/http.hpp"
#include "socketio/options.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace socketio::transport {

class HttpConnection;

/// The request has `Upgrade: websocket` and `Connection: upgrade`.
[[nodiscard]] bool is_websocket_upgrade(const HttpRequest& request);
/// The answer to a request that is no proper handshake; nothing when it is one.
[[nodiscard]] std::optional<HttpResponse> check_websocket_request(const HttpRequest& request,
                                                                  const Options& options);
/// The extension that a proper handshake is answered with, empty when the client or the options want none.
[[nodiscard]] std::string_view deflate_answer(const HttpRequest& request, const Options& options);
/// The whole 101 answer. The first subprotocol that is offered is taken, as npm's ws does.
[[nodiscard]] std::string accept_head(const HttpRequest& request, const FieldList& extra,
                                      std::string_view date);
/// Answers an upgrade that is refused, and ends the connection.
void refuse_connection(HttpConnection& connection, HttpResponse response);

}  // namespace socketio::transport
