// See bounded_redis_options.hpp.
#include "cluster/bounded_redis_options.hpp"

#include "cluster/redis_options.hpp"

#include <algorithm>

namespace socketio::cluster {

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
