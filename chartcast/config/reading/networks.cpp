#include "config/reading/networks.hpp"

#include "config/reading/units.hpp"

#include <algorithm>
#include <cctype>

#include <arpa/inet.h>

namespace chartcast::config {
namespace {

bool is_host(std::string_view host) noexcept {
    if (host.starts_with('[')) {
        in6_addr ignored{};
        return host.ends_with(']') &&
               inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(),
                         &ignored) == 1;
    }
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.';
    });
}

bool is_port(std::string_view port) noexcept {
    const auto number = parse_whole(port);
    return number && *number >= 1 && *number <= 65535;
}

}  // namespace

bool is_origin(std::string_view text, bool wildcards) noexcept {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!text.starts_with(scheme)) continue;
        auto host = text.substr(scheme.size());
        const auto colon = host.rfind(':');
        if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
            if (!is_port(host.substr(colon + 1))) return false;
            host = host.substr(0, colon);
        }
        if (wildcards && host.starts_with("*.")) host.remove_prefix(2);
        return is_host(host);
    }
    return false;
}

bool is_network(const std::string& text) noexcept {
    const auto slash = text.find('/');
    const auto address = text.substr(0, slash);
    in6_addr ignored{};
    const bool four = inet_pton(AF_INET, address.c_str(), &ignored) == 1;
    if (!four && inet_pton(AF_INET6, address.c_str(), &ignored) != 1) return false;
    if (slash == std::string::npos) return true;
    const auto bits = parse_whole(std::string_view(text).substr(slash + 1));
    return bits && *bits >= 0 && *bits <= (four ? 32 : 128);
}

}  // namespace chartcast::config
