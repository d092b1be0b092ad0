#pragma once
// Addresses of servers as other servers tell them: in MOVED, CLUSTER SLOTS and by Sentinels. I/O-free.

#include <redis/options.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redis {

/// Nothing unless host is a name or an address and port a number from 1 to 65535.
[[nodiscard]] std::optional<Seed> read_address(std::string_view host, std::string_view port);
/// "host:port", as Redis writes it: an IPv6 address stands there without brackets.
[[nodiscard]] std::optional<Seed> read_address(std::string_view host_and_port);

/// "10.0.0.1:6379, 10.0.0.2:6379", for operators.
[[nodiscard]] std::string list_addresses(const std::vector<Seed>& servers);
/// Adds those that are not in the list yet, up to `servers_max`.
void add_addresses(std::vector<Seed>& servers, const std::vector<Seed>& more,
                   std::size_t servers_max);

}  // namespace redis
