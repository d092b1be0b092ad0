#pragma once
// Joins servers through the sharded channels of Redis 7, as createShardedAdapter() of @socket.io/redis-adapter 8
// does: C++ and Node servers may share one. In a Redis Cluster each channel is the business of one shard alone,
// where the classic adapter's are of all. docs/cluster.md.

#include "socketio/adapter.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace socketio {

/// Which rooms have a channel of their own, so that servers without members of one do not receive what goes to it
/// alone: neither do their on_remote_broadcast() filters, which the log warns of. Node calls it subscriptionMode;
/// it must be the same on all servers.
enum class RoomChannels : std::uint8_t {
    none,          ///< "static": two subscriptions per namespace.
    public_rooms,  ///< "dynamic": one more for each room but those of sockets' own ids.
    all_rooms,     ///< "dynamic-private": for those, too.
};

struct ShardedAdapterOptions {
    /// As RedisAdapterOptions::url, of a Redis 7 or later.
    std::string url = "redis://127.0.0.1:6379";
    /// What channels begin with; the same on all servers that belong together.
    std::string channel_prefix = "socket.io";
    RoomChannels room_channels = RoomChannels::public_rooms;
    /// A message of another process larger than this is refused, counted and logged: others can write on these
    /// channels too.
    std::size_t message_bytes_max = 16 * 1024 * 1024;
    /// Messages that wait for Redis, by number and bytes: some seconds of an outage. Broadcasts beyond are
    /// delivered in this process only, and counted.
    std::size_t pending_messages_max = 20'000;
    std::size_t pending_bytes_max = 32 * 1024 * 1024;
};

/// For Options::adapter. While Redis is away the server goes on alone; log and errors as redis_adapter()'s.
[[nodiscard]] std::shared_ptr<Adapter> sharded_adapter(ShardedAdapterOptions options = {});
[[nodiscard]] std::shared_ptr<Adapter> sharded_adapter(std::string url);

}  // namespace socketio
