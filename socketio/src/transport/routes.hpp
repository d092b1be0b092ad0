#pragma once
// Who answers which URL. Made before run(); then read by every shard.

#include "engine/session.hpp"
#include "socketio/endpoint.hpp"
#include "socketio/handshake.hpp"
#include "socketio/http.hpp"
#include "transport/http_routes.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::shard {
class Shard;
}

namespace socketio::transport {

/// What a new session carries: made when the session is, told when its open packet is queued.
struct SessionOwner {
    std::unique_ptr<engine::SessionPort> port;
    std::function<void()> start;
};

/// Engine.IO on one path.
struct EngineRoute {
    /// URLs that start with it.
    std::string path;
    /// Answers path/socket.io.js and its siblings too.
    bool serve_client = false;
    /// Runs on the session's shard.
    std::function<SessionOwner(shard::Shard&, engine::Session&, Handshake)> make_owner;
};

struct Routes {
    std::vector<EngineRoute> engines;
    std::vector<WebSocketEndpoint> websockets;
    HttpRoutes http;
    HttpHandler fallback;

    /// The endpoint whose path `target` starts with; the longest when several do.
    [[nodiscard]] std::optional<std::size_t> engine_for(std::string_view target) const noexcept;
    [[nodiscard]] const WebSocketEndpoint* websocket_for(std::string_view path) const noexcept;
};

}  // namespace socketio::transport
