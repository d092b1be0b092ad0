#pragma once
// A broadcast, encoded once in each form for the whole process. Any thread.

#include "hub/namespace_port.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/event_middleware.hpp"
#include "socketio/value.hpp"
#include "wire/event_offset.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace socketio::hub {

/// Encoded by `port`. With an offset it can be sent again to clients that come back.
[[nodiscard]] Delivery make_delivery(const NamespacePort& port, std::string nsp, Audience audience,
                                     EmitFlags flags, std::string_view event, const Args& args,
                                     wire::EventOffset offset = wire::EventOffset::none);

/// The same for one of an adapter that keeps sessions. It can be sent again when `offset` is one, and nothing else
/// is in its way.
[[nodiscard]] Delivery make_adapter_delivery(const NamespacePort& port, std::string nsp,
                                             Audience audience, EmitFlags flags,
                                             std::string_view event, const Args& args,
                                             std::string_view offset);

/// The event that such content was made of, without its offset, as clients read it: broadcasts carry bytes
/// alone, since hardly anybody on the server wants to see them.
[[nodiscard]] std::optional<IncomingEvent> decode_event(const engine::MessageContent& content);

}  // namespace socketio::hub
