#pragma once
// The layers below Socket.IO, for those who want only them: bare Engine.IO sessions and bare WebSockets.
// Handlers run on the connection's shard.

#include "socketio/error.hpp"
#include "socketio/handshake.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace socketio {

/// One Engine.IO session of an endpoint. Valid until its on_close handler returns.
class EngineConnection {
public:
    virtual ~EngineConnection() = default;
    [[nodiscard]] virtual std::string_view id() const noexcept = 0;
    [[nodiscard]] virtual const Handshake& handshake() const noexcept = 0;
    virtual void send_text(std::string_view text) = 0;
    virtual void send_binary(std::string_view bytes) = 0;
    virtual void close() = 0;
};

/// Engine.IO on a path of its own. Timeouts and bounds are the server's.
struct EngineEndpoint {
    /// URLs that start with it, as in "/engine.io/".
    std::string path;
    std::function<void(EngineConnection&)> on_open;
    std::function<void(EngineConnection&, std::string_view data, bool binary)> on_message;
    std::function<void(EngineConnection&, DisconnectReason)> on_close;
};

/// One WebSocket of an endpoint. Valid until its on_close handler returns.
class WebSocketConnection {
public:
    virtual ~WebSocketConnection() = default;
    virtual void send_text(std::string_view text) = 0;
    virtual void send_binary(std::string_view bytes) = 0;
    virtual void ping(std::string_view data) = 0;
    /// Codes as in RFC 6455, section 7.4.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

/// WebSockets on a path of its own; the path must match whole.
struct WebSocketEndpoint {
    std::string path;
    std::function<void(WebSocketConnection&, const Handshake&)> on_open;
    std::function<void(WebSocketConnection&, std::string_view data, bool binary)> on_message;
    std::function<void(WebSocketConnection&, std::uint16_t code)> on_close;
};

}  // namespace socketio
