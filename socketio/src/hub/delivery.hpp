#pragma once
// A broadcast, encoded once by its publisher for the whole process. Any thread.

#include "hub/namespace_port.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/event_middleware.hpp"
#include "socketio/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace socketio::hub {

[[nodiscard]] Delivery make_delivery(std::string nsp, Audience audience, EmitFlags flags,
                                     std::string_view event, const Args& args);

/// The event that such content was made of, as clients read it: broadcasts carry bytes alone, since hardly
/// anybody on the server wants to see them.
[[nodiscard]] std::optional<IncomingEvent> decode_event(const engine::MessageContent& content);

}  // namespace socketio::hub
