#pragma once
// Joins servers through a Redis server, as @socket.io/redis-adapter 8 does: C++ and Node servers
// and emitters in any language may share one. Redis 2.8 or later.

#include "socketio/adapter.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace socketio {

struct RedisAdapterOptions {
    /// redis://[user]:password@host:port/db, rediss:// (TLS) or unix:///path?db=n;
    /// redis-sentinel://host:port,host:port/master_name for a master that Sentinels watch; or
    /// redis-cluster://host:port,host:port. User, password and path may be percent-encoded. Parameters of TLS:
    /// ca_file, certificate_file, key_file, server_name, insecure=true. All of it: redis/options.hpp.
    std::string url = "redis://127.0.0.1:6379";
    /// What channels begin with; the same on all servers and emitters that belong together.
    std::string key = "socket.io";
    /// A message of another process larger than this is refused, counted and logged: others can
    /// write on these channels too. None that is larger is sent.
    std::size_t message_bytes_max = 16 * 1024 * 1024;
    /// Broadcasts and operations that wait for Redis, by number and bytes: some seconds of an outage. Those
    /// beyond are delivered in this process only; their number is logged when Redis is back.
    std::size_t pending_broadcasts_max = 20'000;
    std::size_t pending_bytes_max = 32 * 1024 * 1024;
    /// Answers go to the channel of the server that asked alone, and not to one that all servers read: with many
    /// servers, that spares the others. As Node's option of this name; servers with it and without understand
    /// each other.
    bool publish_on_specific_response_channel = false;
    /// When other servers have not answered after this long, they are asked whether they are alive; who has not
    /// said so after as long again is counted as gone, and the question ends without its answer. Longer than a
    /// server's event loop ever stands still.
    std::chrono::milliseconds answer_patience{1'000};
    /// Questions to other servers that wait for answers: fetch_sockets(), emit_with_ack() and server_side_emit()
    /// together. Those beyond fail at once; each costs some hundred bytes.
    std::size_t pending_questions_max = 10'000;
};

/// For Options::adapter. While Redis is away the server goes on alone, and the adapter connects and
/// subscribes again by itself; the events "redis connected", "redis disconnected", "redis login
/// refused" and "redis adapter ready" go to Options::logger, without the password. Throws
/// std::invalid_argument naming what is wrong with the URL, which it does not quote.
///
/// sockets_join(), sockets_leave() and disconnect_sockets() take effect here too when Redis brings them back, as in
/// Node; without Redis at once, in this process alone. A question that is asked without Redis fails with
/// errc::disconnected.
[[nodiscard]] std::shared_ptr<Adapter> redis_adapter(RedisAdapterOptions options = {});
[[nodiscard]] std::shared_ptr<Adapter> redis_adapter(std::string url);

}  // namespace socketio
