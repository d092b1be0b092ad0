#pragma once
// A Redis URL for the adapter and the emitter. Any thread.

#include <redis/options.hpp>

#include <string>

namespace socketio::cluster {

/// Throws std::invalid_argument with redis::parse_url()'s sentence, which does not quote the URL.
[[nodiscard]] redis::Options checked_redis_options(const std::string& url);

}  // namespace socketio::cluster
