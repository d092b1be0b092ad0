#pragma once
// What Sentinels say about a master and about each other, and what a server says about its role. I/O-free.
// Source: https://redis.io/docs/latest/develop/reference/sentinel-clients/

#include <redis/error.hpp>
#include <redis/options.hpp>
#include <redis/reply.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace redis {

/// Of SENTINEL get-master-addr-by-name. unknown_master when this Sentinel knows no such name, protocol_error
/// when the reply is something else.
[[nodiscard]] Result<Seed> read_master_address(const Reply& reply);

/// Of SENTINEL sentinels: those besides the one that was asked. What is no address is left out; at most 64.
[[nodiscard]] std::vector<Seed> read_sentinels(const Reply& reply);

/// Of a message on +switch-master, "<name> <old host> <old port> <new host> <new port>": the new master, if it
/// is about `master_name`.
[[nodiscard]] std::optional<Seed> read_master_switch(std::string_view message,
                                                     std::string_view master_name);

/// Of ROLE: whether the server says that it is a replica.
[[nodiscard]] bool is_replica_role(const Reply& reply) noexcept;

}  // namespace redis
