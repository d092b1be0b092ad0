// See server_address.hpp.
#include "protocol/server_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace redis {
namespace {

/// RFC 1035 has 255 for names.
constexpr std::size_t host_bytes_max = 255;

bool is_usable_host(std::string_view host) {
    // Redis writes ? where it knows no name.
    return !host.empty() && host.size() <= host_bytes_max && host != "?" &&
           std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::optional<Seed> read_address(std::string_view host, std::string_view port) {
    std::uint16_t number = 0;
    const char* const end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data(), end, number);
    if (!is_usable_host(host) || error != std::errc() || stop != end || number == 0) {
        return std::nullopt;
    }
    return Seed{std::string(host), number};
}

std::optional<Seed> read_address(std::string_view host_and_port) {
    const std::size_t colon = host_and_port.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    return read_address(host_and_port.substr(0, colon), host_and_port.substr(colon + 1));
}

std::string list_addresses(const std::vector<Seed>& servers) {
    std::string out;
    for (const Seed& server : servers) {
        if (!out.empty()) out += ", ";
        out += address_of(server);
    }
    return out;
}

void add_addresses(std::vector<Seed>& servers, const std::vector<Seed>& more,
                   std::size_t servers_max) {
    for (const Seed& server : more) {
        if (servers.size() >= servers_max) return;
        if (std::find(servers.begin(), servers.end(), server) == servers.end()) {
            servers.push_back(server);
        }
    }
}

}  // namespace redis
