#pragma once
// Everything that the program can be told, checked. Immutable after start-up; any thread.

#include "config/listen_address.hpp"
#include <redis/options.hpp>
#include <socketio/options.hpp>

#include <boost/system/system_error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::config {

/// One Redis in the two forms that its users take.
struct RedisConfig {
    /// With everything that the flags say; may hold a password.
    std::string url;
    redis::Options options;
};

struct Config {
    ListenAddress listen;
    /// 0: one for each core.
    unsigned shards = 0;
    /// None: this node works alone.
    std::optional<RedisConfig> redis;
    socketio::LogLevel log_level = socketio::LogLevel::info;
};

/// A URL as redis::parse_url() takes it, and the file with the authority of its certificate or an empty
/// text. Throws ConfigError, whose text never repeats the URL: it may hold a password.
[[nodiscard]] RedisConfig parse_redis(const std::string& url, const std::string& ca_file);

/// The library's options for this configuration; logger and adapter are the caller's.
[[nodiscard]] socketio::Options server_options(const Config& config);

/// Why the address could not be taken, and what to do about it.
[[nodiscard]] std::string explain_listen_error(const ListenAddress& listen,
                                               const boost::system::system_error& error);

/// "http://localhost:8080", for people to click on.
[[nodiscard]] std::string url_of(const ListenAddress& listen, std::uint16_t bound_port,
                                 std::string_view scheme = "http");

}  // namespace chartcast::config
