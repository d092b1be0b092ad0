#pragma once
// One Redis, from its URL. Pure: reads no certificate. Any thread.

#include "config/config.hpp"

#include <string>
#include <variant>

namespace chartcast::config {

/// Otherwise what is wrong and what would do; never with the URL in it, which may hold a password.
[[nodiscard]] std::variant<RedisConfig, std::string> redis_config_of(const std::string& url);

}  // namespace chartcast::config
