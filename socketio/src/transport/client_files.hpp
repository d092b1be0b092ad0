#pragma once
// socket.io.js and its siblings, from the npm package's dist files, inside the binary. Any thread.

#include "socketio/http.hpp"

#include <string_view>

namespace socketio::transport {

/// nullptr when there is no file of that name.
[[nodiscard]] const StaticFile* find_client_file(std::string_view name) noexcept;

}  // namespace socketio::transport
