#pragma once
// What an emitter writes into Redis for servers with either adapter: whole commands. WIRE.md B11 to B14; the order
// of keys is that of @socket.io/redis-emitter 5.1 and @socket.io/redis-streams-emitter 0.1, and with the sharded
// adapter, for which npm has no emitter, that of the adapter's own messages. I/O-free; any thread.

#include "socketio/broadcast.hpp"
#include "socketio/emitter.hpp"
#include "socketio/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::cluster {

enum class EmitterVerb : std::uint8_t { emit, join, leave, disconnect, server_side_emit };

/// Who is meant.
struct EmitterTarget {
    std::string nsp = "/";
    Audience audience;
    /// `volatile` and `compress` as they were set.
    Object flags;
};

struct EmitterRequest {
    EmitterVerb verb = EmitterVerb::emit;
    /// Of emit and server_side_emit: the event's name first.
    Args data = {};
    /// Of join and leave.
    std::vector<std::string> rooms = {};
    /// Of disconnect: the connection, too.
    bool close = false;
};

/// The command and its arguments. Of `options` it reads adapter, key and stream_length_max.
[[nodiscard]] std::vector<std::string> emitter_command(const EmitterOptions& options,
                                                       const EmitterTarget& target,
                                                       const EmitterRequest& request);

/// Which of the arguments says where in a Redis Cluster it goes; empty for PUBLISH, which may go anywhere.
[[nodiscard]] std::string_view emitter_command_key(
    const std::vector<std::string>& command) noexcept;

}  // namespace socketio::cluster
