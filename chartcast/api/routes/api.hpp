#pragma once
// The HTTP API: which route is what. Requests come in on the shard of their connection, where their sender is
// found out and JSON is read; they are decided on shard 0.

#include "api/routes/services.hpp"

#include <span>
#include <string_view>

namespace socketio {
class Server;
}

namespace chartcast::auth {
class Authenticator;
}

namespace chartcast::api {

struct RouteName {
    std::string_view method;
    /// With `{id}` and `{key}` for what differs.
    std::string_view path;
};
/// All of them, as they are registered.
[[nodiscard]] std::span<const RouteName> route_names();

/// Before the server runs. `services` outlives the server.
void serve_api(socketio::Server& server, const Services& services);

}  // namespace chartcast::api
