#pragma once
// A broadcast, encoded once by its publisher for the whole process. Any thread.

#include "hub/namespace_port.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/event_middleware.hpp"
#include "socketio/value.hpp"
#include "wire/event_offset.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace socketio::hub {

[[nodiscard]] Delivery make_delivery(std::string nsp, Audience audience, EmitFlags flags,
                                     std::string_view event, const Args& args);

/// The same for an event that can be recovered: `offset` is one more argument, the last, but for EIO3 clients,
/// who could not do anything with it; their form is made when `for_eio3` asks for it. `args` comes back as it was.
[[nodiscard]] Delivery make_recoverable_delivery(std::string nsp, Audience audience,
                                                 EmitFlags flags, std::string_view event,
                                                 Args& args, wire::EventOffset offset,
                                                 bool for_eio3);
/// The content alone, for one socket.
[[nodiscard]] engine::ContentRef make_recoverable_content(std::string_view nsp,
                                                          const EmitFlags& flags,
                                                          std::string_view event, Args& args,
                                                          wire::EventOffset offset);

/// The event that such content was made of, without its offset, as clients read it: broadcasts carry bytes alone, since hardly
/// anybody on the server wants to see them.
[[nodiscard]] std::optional<IncomingEvent> decode_event(const engine::MessageContent& content);

}  // namespace socketio::hub
