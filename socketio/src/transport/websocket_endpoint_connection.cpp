#include "transport/websocket_endpoint_connection.hpp"

#include "transport/transport_shard.hpp"

#include <exception>
#include <utility>

namespace socketio::transport {

namespace {

/// An application's fault ends its handler, not the connection.
template <class Handler>
void guarded(const base::Log& log, Handler&& handler) {
    try {
        handler();
    } catch (const std::exception& failure) {
        log.write(LogLevel::error, "websocket handler failed",
                  [&] { return base::LogFields{{"what", failure.what()}}; });
    }
}

}  // namespace

WebSocketEndpointConnection::WebSocketEndpointConnection(Connection& connection,
                                                         const WebSocketEndpoint& endpoint)
    : WebSocketChannel(connection), endpoint_(endpoint) {}

void WebSocketEndpointConnection::open(const Handshake& handshake) {
    if (!endpoint_.on_open) return;
    guarded(connection().home().log(), [&] { endpoint_.on_open(*this, handshake); });
}

void WebSocketEndpointConnection::on_message(std::string_view payload, bool binary) {
    if (!open_ || !endpoint_.on_message) return;
    guarded(connection().home().log(), [&] { endpoint_.on_message(*this, payload, binary); });
}

void WebSocketEndpointConnection::on_closed(std::uint16_t code, bool) {
    report(code);
}

void WebSocketEndpointConnection::report(std::uint16_t code) {
    if (!std::exchange(open_, false) || !endpoint_.on_close) return;
    guarded(connection().home().log(), [&] { endpoint_.on_close(*this, code); });
}

void WebSocketEndpointConnection::send(wire::WebSocketOpcode opcode, std::string_view payload) {
    if (!open_ || is_closing()) return;
    wire::append_websocket_frame(output(), opcode, payload);
    connection().want_write();
    const auto bound = connection().home().options().send_queue_bytes_max;
    if (unsent_output() <= bound ||
        unsent_output() <= payload.size() + wire::websocket_header_bytes_max) {
        return;
    }
    connection().write_now();
    if (unsent_output() > bound) close(wire::websocket_close::policy_violation, "slow client");
}

void WebSocketEndpointConnection::send_text(std::string_view text) {
    send(wire::WebSocketOpcode::text, text);
}

void WebSocketEndpointConnection::send_binary(std::string_view bytes) {
    send(wire::WebSocketOpcode::binary, bytes);
}

void WebSocketEndpointConnection::ping(std::string_view data) {
    send(wire::WebSocketOpcode::ping, data.substr(0, 125));
}

void WebSocketEndpointConnection::close(std::uint16_t code, std::string_view reason) {
    start_closing(code, reason);
    report(code);
}

void WebSocketEndpointConnection::on_shutdown() {
    close(wire::websocket_close::going_away, {});
}

}  // namespace socketio::transport
