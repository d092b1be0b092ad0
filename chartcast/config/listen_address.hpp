#pragma once
// Where to listen. Any thread.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <variant>

namespace chartcast::config {

/// A numeric address and a port.
struct ListenAddress {
    std::string address = "0.0.0.0";
    std::uint16_t port = 8080;
};

/// A value that cannot be used. The text names the option and says what would do.
class ConfigError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// `HOST:PORT`, `:PORT`, `PORT` or `[IPv6]:PORT`; `localhost` is 127.0.0.1. Otherwise what is wrong and
/// what would do, without the text itself.
[[nodiscard]] std::variant<ListenAddress, std::string> listen_address_of(const std::string& text);

/// The same for the flag --listen. Throws ConfigError.
[[nodiscard]] ListenAddress parse_listen_address(const std::string& text);

}  // namespace chartcast::config
