#pragma once
// The same send() to many sockets through io_uring: one system call for up to a thousand of them, and nothing
// else around it. What a server's io_uring writer could cost at best.

#include <cstdint>
#include <span>
#include <string_view>

#include <liburing.h>

namespace bench {

class SendRing {
public:
    /// Ends the program where the kernel has no io_uring, or forbids it.
    SendRing();
    SendRing(const SendRing&) = delete;
    SendRing& operator=(const SendRing&) = delete;
    ~SendRing() { ::io_uring_queue_exit(&ring_); }

    /// Sends the bytes to every socket without waiting for any. Returns how many did not take all of them.
    [[nodiscard]] std::uint64_t send(std::span<const int> sockets, std::string_view bytes);

private:
    std::uint64_t take_results(unsigned count, std::size_t bytes);

    io_uring ring_{};
};

}  // namespace bench
