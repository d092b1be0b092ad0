#pragma once
// `write these buffers to these sockets`: the one place where bytes leave. Behind an interface, so that
// the loop of send() and batched submission are exchangeable. Lives on one shard.

#include "shard/shard.hpp"

#include <cstddef>
#include <span>
#include <vector>

#include <sys/types.h>
#include <sys/uio.h>

namespace socketio::transport {

class Connection;

/// One socket's gathered write.
struct WriteRequest {
    int fd = -1;
    std::size_t first_buffer = 0;
    std::size_t buffer_count = 0;
    /// Bytes that the kernel took, or -errno. -EAGAIN: nothing, ask again when the socket is writable.
    ssize_t result = 0;
};

class FanoutWriter {
public:
    virtual ~FanoutWriter() = default;
    /// Fills in every result; nothing is in flight when it returns. Never blocks.
    virtual void write(std::span<WriteRequest> requests, std::span<const iovec> buffers) = 0;
};

/// One sendmsg() for each socket.
class SendWriter final : public FanoutWriter {
public:
    void write(std::span<WriteRequest> requests, std::span<const iovec> buffers) override;
};

/// Buffers of one connection in one write; more follow in the next round of the same turn.
inline constexpr std::size_t buffers_per_write_max = 64;

/// Gathers what all connections want to write and writes it, once a turn.
class WriteTurn final : public shard::TurnTask {
public:
    explicit WriteTurn(shard::Shard& shard) : shard_(shard) {}

    /// The connection has output and the socket takes bytes. It must live until the turn's end.
    void add(Connection& connection);
    /// This one alone, now.
    void write_now(Connection& connection);

private:
    void at_turn_end() override;
    void write(std::span<Connection* const> connections);

    shard::Shard& shard_;
    SendWriter writer_;
    std::vector<Connection*> waiting_;
    // Kept between turns for their capacity.
    std::vector<Connection*> batch_;
    std::vector<Connection*> targets_;
    std::vector<WriteRequest> requests_;
    std::vector<iovec> buffers_;
};

}  // namespace socketio::transport
