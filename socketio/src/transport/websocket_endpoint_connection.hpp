#pragma once
// A WebSocket that carries an application's own messages. Owned by its connection; lives on one shard.

#include "socketio/endpoint.hpp"
#include "transport/websocket_channel.hpp"

#include <string_view>

namespace socketio::transport {

class WebSocketEndpointConnection final : public WebSocketConnection, public WebSocketChannel {
public:
    WebSocketEndpointConnection(Connection& connection, const WebSocketEndpoint& endpoint);

    void open(const Handshake& handshake);

    // ---- WebSocketConnection -------------------------------------------------------------------
    void send_text(std::string_view text) override;
    void send_binary(std::string_view bytes) override;
    void ping(std::string_view data) override;
    void close(std::uint16_t code, std::string_view reason) override;

    void on_shutdown() override;

private:
    void on_message(std::string_view payload, bool binary) override;
    void on_closed(std::uint16_t code, bool by_fault) override;
    void send(wire::WebSocketOpcode opcode, std::string_view payload);
    void report(std::uint16_t code);

    const WebSocketEndpoint& endpoint_;
    bool open_ = true;
};

}  // namespace socketio::transport
