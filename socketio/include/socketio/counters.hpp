#pragma once
// What has happened to messages since the server was made; numbers only grow. For metrics, and for an
// application that wants to know whether its clients keep up.

#include <cstdint>

namespace socketio {

struct Counters {
    /// Messages put into a client's queue: one for each recipient of a broadcast.
    std::uint64_t messages_queued = 0;
    /// Of these, taken out unsent: a newer one with the same conflation key came.
    std::uint64_t messages_replaced = 0;
    /// Of these, taken out unsent: droppable, and the queue was full.
    std::uint64_t messages_dropped = 0;
    /// Never queued: volatile, and the client was behind; or droppable, with no room to be made.
    std::uint64_t messages_refused = 0;
    /// Times that a session had more unsent bytes than Options::backlog_bytes.
    std::uint64_t backlogs = 0;
    /// Sessions closed because their queue was full.
    std::uint64_t slow_clients = 0;
    /// To connections, and how many of them the kernel took only in part.
    std::uint64_t writes = 0;
    std::uint64_t partial_writes = 0;
    std::uint64_t bytes_written = 0;
};

}  // namespace socketio
