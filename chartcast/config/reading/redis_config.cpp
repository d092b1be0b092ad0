#include "config/reading/redis_config.hpp"

#include <chrono>
#include <utility>

namespace chartcast::config {

std::variant<RedisConfig, std::string> redis_config_of(const std::string& url) {
    using namespace std::chrono_literals;
    auto parsed = redis::parse_url(url);
    if (!parsed) {
        return parsed.error().message() +
               "; give redis://:PASSWORD@HOST:PORT/DB, rediss://... for TLS, unix:///PATH, "
               "redis-sentinel://HOST:PORT,HOST:PORT/MASTER or redis-cluster://HOST:PORT,HOST:PORT "
               "(characters like @ and / in a password as %40 and %2F)";
    }
    RedisConfig redis{url, std::move(*parsed)};
    // A push waits for Redis while a person waits for the push: a frozen Redis is noticed in 5 s.
    redis.options.keep_alive_interval = 3s;
    redis.options.keep_alive_timeout = 2s;
    // A page must not stay behind for longer after Redis has come back.
    redis.options.reconnect_delay_max = 2s;
    return redis;
}

}  // namespace chartcast::config
