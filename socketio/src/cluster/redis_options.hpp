#pragma once
// A Redis URL for an adapter or the emitter. Any thread.

#include <redis/options.hpp>

#include <cstddef>
#include <string>

namespace socketio::cluster {

/// Throws std::invalid_argument with redis::parse_url()'s sentence, which does not quote the URL.
[[nodiscard]] redis::Options checked_redis_options(const std::string& url);

struct RedisBounds {
    std::size_t message_bytes_max = 0;
    std::size_t pending_messages_max = 0;
    std::size_t pending_bytes_max = 0;
};

/// With the bounds of an adapter. Throws as checked_redis_options().
[[nodiscard]] redis::Options bounded_redis_options(const std::string& url,
                                                   const RedisBounds& bounds);

}  // namespace socketio::cluster
