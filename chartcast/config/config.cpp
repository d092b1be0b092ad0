#include "config/config.hpp"

#include "config/reading/redis_config.hpp"

#include <cctype>
#include <chrono>
#include <string_view>
#include <utility>
#include <variant>

#include <unistd.h>

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 ||
            std::string_view("-._~/").find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            constexpr auto digits = "0123456789ABCDEF";
            encoded += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return encoded;
}

std::string with_ca_file(const std::string& url, const std::string& ca_file) {
    if (ca_file.empty()) return url;
    if (!url.starts_with("rediss")) {
        throw ConfigError("--redis-ca needs a --redis URL with rediss://");
    }
    if (access(ca_file.c_str(), R_OK) != 0) {
        throw ConfigError("--redis-ca " + ca_file + ": the file cannot be read");
    }
    const auto separator = url.find('?') == std::string::npos ? "?" : "&";
    return url + separator + "ca_file=" + percent_encoded(ca_file);
}

}  // namespace

RedisConfig parse_redis(const std::string& url, const std::string& ca_file) {
    auto parsed = redis_config_of(with_ca_file(url, ca_file));
    if (const auto* reason = std::get_if<std::string>(&parsed)) {
        throw ConfigError("--redis: " + *reason);
    }
    auto redis = std::get<RedisConfig>(std::move(parsed));
    // Reading the authorities takes too long for a thread that serves viewers.
    redis::load_tls(redis.options);
    return redis;
}

socketio::Options server_options(const Config& config) {
    socketio::Options options;
    options.address = config.listen.address;
    options.port = config.listen.port;
    options.shards = config.shards;
    options.allow_eio3 = true;
    options.log_level = config.log_level;
    // A wall display has to say within 3 s that its picture is no longer live, also when a cable is
    // pulled and no TCP reset comes: interval + timeout. The price is a frame of 3 bytes to each viewer
    // and one of 7 from it, every second.
    options.ping_interval = 1s;
    options.ping_timeout = 2s;
    return options;
}

std::string explain_listen_error(const ListenAddress& listen,
                                 const boost::system::system_error& error) {
    namespace errc = boost::system::errc;
    const auto port = std::to_string(listen.port);
    if (error.code() == errc::address_in_use) {
        return "port " + port + " of " + listen.address +
               " is in use: stop the program that has it, or choose another port, as in --listen :" +
               std::to_string(listen.port < 65535 ? listen.port + 1 : listen.port - 1) + "\n";
    }
    if (error.code() == errc::permission_denied) {
        return "port " + port +
               " needs special rights: choose one from 1024 on, as in --listen :8080\n";
    }
    if (error.code() == errc::address_not_available) {
        return listen.address +
               " is no address of this machine: choose another with --listen HOST:PORT\n";
    }
    return std::string(error.what()) + "\n";
}

std::string url_of(const ListenAddress& listen, std::uint16_t bound_port, std::string_view scheme) {
    const auto any = listen.address == "0.0.0.0" || listen.address == "::";
    const auto ipv6 = listen.address.find(':') != std::string::npos;
    const auto host = any ? "localhost" : ipv6 ? "[" + listen.address + "]" : listen.address;
    return std::string(scheme) + "://" + host + ":" + std::to_string(bound_port);
}

}  // namespace chartcast::config
