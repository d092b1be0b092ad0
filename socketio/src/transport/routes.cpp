#include "transport/routes.hpp"

namespace socketio::transport {

std::optional<std::size_t> Routes::engine_for(std::string_view target) const noexcept {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < engines.size(); ++i) {
        if (!target.starts_with(engines[i].path)) continue;
        if (!best || engines[i].path.size() > engines[*best].path.size()) best = i;
    }
    return best;
}

const WebSocketEndpoint* Routes::websocket_for(std::string_view path) const noexcept {
    for (const auto& endpoint : websockets) {
        if (endpoint.path == path) return &endpoint;
    }
    return nullptr;
}

}  // namespace socketio::transport
