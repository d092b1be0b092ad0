#include "config/command.hpp"

#include "config/settings.hpp"

namespace chartcast::config {

Config config_of(const Settings& settings, const Flags& flags) {
    Config config;
    config.listen = flags.listen.value_or(settings.server.listen.front());
    config.shards = flags.shards;
    config.log_level = flags.log_level;
    if (settings.cluster) config.redis = settings.cluster->redis;
    if (flags.redis) config.redis = flags.redis;
    return config;
}

}  // namespace chartcast::config
