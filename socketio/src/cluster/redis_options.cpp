// See redis_options.hpp.
#include "cluster/redis_options.hpp"

#include <algorithm>
#include <stdexcept>

namespace socketio::cluster {

redis::Options checked_redis_options(const std::string& url) {
    redis::Result<redis::Options> options = redis::parse_url(url);
    if (options.has_error()) {
        throw std::invalid_argument(options.error().message());
    }
    // Here, before any shard runs.
    redis::load_tls(*options);
    return *options;
}

redis::Options bounded_redis_options(const std::string& url, const RedisBounds& bounds) {
    redis::Options options = checked_redis_options(url);
    options.pending_commands_max = bounds.pending_messages_max;
    options.pending_bytes_max = bounds.pending_bytes_max;
    // A message comes in a reply with its channel or its stream's entry; many entries may come in one.
    options.reply_bytes_max =
        std::max(options.reply_bytes_max, bounds.message_bytes_max * 2 + 64 * 1024);
    return options;
}

}  // namespace socketio::cluster
