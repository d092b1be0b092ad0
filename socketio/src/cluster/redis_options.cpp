// See redis_options.hpp.
#include "cluster/redis_options.hpp"

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

}  // namespace socketio::cluster
