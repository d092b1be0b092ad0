#include "config/listen_address.hpp"

#include <charconv>
#include <string_view>

#include <arpa/inet.h>

namespace chartcast::config {
namespace {

[[noreturn]] void refuse(const std::string& reason) {
    throw ConfigError(reason + "; give HOST:PORT, as in 127.0.0.1:8080, [::]:8080 or :8080");
}

std::uint16_t parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [rest, ec] = std::from_chars(digits.data(), end, port);
    if (ec != std::errc() || rest != end || digits.empty()) {
        refuse("the port is not a number from 0 to 65535");
    }
    return port;
}

std::string parse_host(std::string_view host) {
    if (host.empty()) return "0.0.0.0";
    if (host == "localhost") return "127.0.0.1";
    if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    const std::string address(host);
    in6_addr ignored{};
    if (inet_pton(AF_INET, address.c_str(), &ignored) != 1 &&
        inet_pton(AF_INET6, address.c_str(), &ignored) != 1) {
        refuse("the host is not a numeric address of this machine");
    }
    return address;
}

ListenAddress parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return {"0.0.0.0", parse_port(text)};
    const auto host = text.substr(0, colon);
    if (host.find(':') != std::string_view::npos && host.front() != '[') {
        refuse("an IPv6 address needs [brackets]");
    }
    return {parse_host(host), parse_port(text.substr(colon + 1))};
}

}  // namespace

std::variant<ListenAddress, std::string> listen_address_of(const std::string& text) {
    try {
        return parse(text);
    } catch (const ConfigError& error) {
        return std::string(error.what());
    }
}

ListenAddress parse_listen_address(const std::string& text) {
    try {
        return parse(text);
    } catch (const ConfigError& error) {
        throw ConfigError("--listen " + text + ": " + error.what());
    }
}

}  // namespace chartcast::config
