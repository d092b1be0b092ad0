#pragma once
// A Redis URL with the bounds of an adapter. Any thread.

#include <redis/options.hpp>

#include <cstddef>
#include <string>

namespace socketio::cluster {

struct RedisBounds {
    std::size_t message_bytes_max = 0;
    std::size_t pending_messages_max = 0;
    std::size_t pending_bytes_max = 0;
};

/// Throws as checked_redis_options().
[[nodiscard]] redis::Options bounded_redis_options(const std::string& url,
                                                   const RedisBounds& bounds);

}  // namespace socketio::cluster
