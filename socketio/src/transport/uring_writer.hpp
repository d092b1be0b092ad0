#pragma once
// A turn's writes as one batch to the kernel, through io_uring: one system call instead of one for each
// socket. Lives on one shard.
//
// Sends do not wait (MSG_DONTWAIT), so the kernel completes each of them while it takes the batch, and
// nothing is in flight between two calls of write(): a socket may be closed or handed over at any time.

#include "base/log.hpp"
#include "transport/fanout_writer.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <sys/socket.h>
#include <sys/uio.h>

namespace socketio::transport {

class UringWriter final : public FanoutWriter {
public:
    /// Success when the kernel lets this process use io_uring; containers often forbid it. Any thread:
    /// it is tried on one of its own, since the kernel interrupts a thread whose ring is closed, a little
    /// later, and an epoll_wait() of the caller's would fail with EINTR.
    [[nodiscard]] static boost::system::error_code probe();

    explicit UringWriter(const base::Log& log);
    ~UringWriter() override;

    void write(std::span<WriteRequest> requests, std::span<const iovec> buffers) override;

private:
    class Ring;
    enum class State : std::uint8_t { unopened, open, failed };

    [[nodiscard]] bool ready();
    void fail(int error, const char* during);

    const base::Log& log_;
    /// Made at the first write: a ring belongs to the thread that made it.
    std::unique_ptr<Ring> ring_;
    State state_ = State::unopened;
    SendWriter plain_;
    std::vector<msghdr> heads_;
};

}  // namespace socketio::transport
