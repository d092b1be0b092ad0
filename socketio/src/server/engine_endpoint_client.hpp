#pragma once
// A session of a bare Engine.IO endpoint: its messages go to the application as they are. Lives on the
// session's shard.

#include "socketio/endpoint.hpp"
#include "transport/routes.hpp"

#include <functional>

namespace socketio {

/// For EngineRoute::make_owner.
[[nodiscard]] std::function<transport::SessionOwner(shard::Shard&, engine::Session&, Handshake)>
make_endpoint_owner(EngineEndpoint endpoint);

}  // namespace socketio
