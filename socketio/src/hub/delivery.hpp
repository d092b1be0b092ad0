#pragma once
// A broadcast, encoded once by its publisher for the whole process. Any thread.

#include "hub/namespace_port.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/value.hpp"

#include <string>
#include <string_view>

namespace socketio::hub {

[[nodiscard]] Delivery make_delivery(std::string nsp, Audience audience, EmitFlags flags,
                                     std::string_view event, const Args& args);

}  // namespace socketio::hub
