#pragma once
// Joins servers through a Redis server, as @socket.io/redis-adapter 8 does: C++ and Node servers
// and emitters in any language may share one. Redis 2.8 or later.

#include "socketio/adapter.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace socketio {

struct RedisAdapterOptions {
    /// redis://[user]:password@host:port/db, rediss:// (TLS) or unix:///path?db=n. User, password and
    /// path may be percent-encoded. Parameters of rediss: ca_file, certificate_file, key_file,
    /// server_name, insecure=true.
    std::string url = "redis://127.0.0.1:6379";
    /// What channels begin with; the same on all servers and emitters that belong together.
    std::string key = "socket.io";
    /// A message of another process larger than this is refused, counted and logged: others can
    /// write on these channels too.
    std::size_t message_bytes_max = 16 * 1024 * 1024;
    /// Broadcasts that wait for Redis, by number and bytes: some seconds of an outage. Those beyond
    /// are delivered in this process only; their number is logged when Redis is back.
    std::size_t pending_broadcasts_max = 20'000;
    std::size_t pending_bytes_max = 32 * 1024 * 1024;
};

/// For Options::adapter. While Redis is away the server goes on alone, and the adapter connects and
/// subscribes again by itself; the events "redis connected", "redis disconnected", "redis login
/// refused" and "redis adapter ready" go to Options::logger, without the password. Throws
/// std::invalid_argument naming what is wrong with the URL, which it does not quote.
[[nodiscard]] std::shared_ptr<Adapter> redis_adapter(RedisAdapterOptions options = {});
[[nodiscard]] std::shared_ptr<Adapter> redis_adapter(std::string url);

}  // namespace socketio
