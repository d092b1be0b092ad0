#pragma once
// Options are checked once, before anything runs.

#include "socketio/options.hpp"

namespace socketio {

/// With `shards` 0 made the number of cores. Throws std::invalid_argument naming the option, its value and
/// its range.
[[nodiscard]] Options checked(Options options);
/// The same for a server on an event loop of the application's, which has one shard.
[[nodiscard]] Options checked_for_mounting(Options options);

}  // namespace socketio
