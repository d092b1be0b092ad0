#pragma once
// `write these buffers to these sockets`: the one place where bytes leave. Behind an interface, so that
// the loop of send() and batched submission (uring_writer.hpp) are exchangeable. Lives on one shard.

#include <cstddef>
#include <span>

#include <sys/types.h>
#include <sys/uio.h>

namespace socketio::transport {

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

}  // namespace socketio::transport
