#include "config/config.hpp"

#include <cctype>
#include <charconv>
#include <chrono>

#include <arpa/inet.h>
#include <unistd.h>

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void refuse_listen(const std::string& text, const std::string& reason) {
    throw ConfigError("--listen " + text + ": " + reason +
                      "; give HOST:PORT, as in 127.0.0.1:8080, [::]:8080 or :8080");
}

std::uint16_t parse_port(const std::string& text, std::string_view digits) {
    std::uint16_t port = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [rest, ec] = std::from_chars(digits.data(), end, port);
    if (ec != std::errc() || rest != end || digits.empty()) {
        refuse_listen(text, "the port is not a number from 0 to 65535");
    }
    return port;
}

std::string parse_host(const std::string& text, std::string_view host) {
    if (host.empty()) return "0.0.0.0";
    if (host == "localhost") return "127.0.0.1";
    if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    const std::string address(host);
    in6_addr ignored{};
    if (inet_pton(AF_INET, address.c_str(), &ignored) != 1 &&
        inet_pton(AF_INET6, address.c_str(), &ignored) != 1) {
        refuse_listen(text, "the host is not a numeric address of this machine");
    }
    return address;
}

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
    if (!url.starts_with("rediss://")) {
        throw ConfigError("--redis-ca needs a --redis URL with rediss://");
    }
    if (access(ca_file.c_str(), R_OK) != 0) {
        throw ConfigError("--redis-ca " + ca_file + ": the file cannot be read");
    }
    const auto separator = url.find('?') == std::string::npos ? "?" : "&";
    return url + separator + "ca_file=" + percent_encoded(ca_file);
}

}  // namespace

ListenAddress parse_listen_address(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return {"0.0.0.0", parse_port(text, text)};
    const auto host = std::string_view(text).substr(0, colon);
    if (host.find(':') != std::string_view::npos && host.front() != '[') {
        refuse_listen(text, "an IPv6 address needs [brackets]");
    }
    return {parse_host(text, host), parse_port(text, std::string_view(text).substr(colon + 1))};
}

RedisConfig parse_redis(const std::string& url, const std::string& ca_file) {
    RedisConfig redis{with_ca_file(url, ca_file), {}};
    auto parsed = redis::parse_url(redis.url);
    if (!parsed) {
        throw ConfigError("--redis: " + parsed.error().message() +
                          "; give redis://:PASSWORD@HOST:PORT/DB, rediss://... for TLS, or "
                          "unix:///PATH (characters like @ and / in a password as %40 and %2F)");
    }
    redis.options = std::move(*parsed);
    // A push waits for Redis while a person waits for the push: a frozen Redis is noticed in 5 s.
    redis.options.keep_alive_interval = 3s;
    redis.options.keep_alive_timeout = 2s;
    // A page must not stay behind for longer after Redis has come back.
    redis.options.reconnect_delay_max = 2s;
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

std::string url_of(const ListenAddress& listen, std::uint16_t bound_port) {
    const auto any = listen.address == "0.0.0.0" || listen.address == "::";
    const auto ipv6 = listen.address.find(':') != std::string::npos;
    const auto host = any ? "localhost" : ipv6 ? "[" + listen.address + "]" : listen.address;
    return "http://" + host + ":" + std::to_string(bound_port);
}

}  // namespace chartcast::config
