#include "transport/fanout_writer.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace socketio::transport {

namespace {

/// The result of one write as WriteRequest has it.
template <class Write>
ssize_t written(Write write) {
    ssize_t sent = 0;
    do {
        sent = write();
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

}  // namespace

void SendWriter::write(std::span<WriteRequest> requests, std::span<const iovec> buffers) {
    constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    for (auto& request : requests) {
        const auto parts = buffers.subspan(request.first_buffer, request.buffer_count);
        if (parts.size() == 1) {
            request.result = written(
                [&] { return ::send(request.fd, parts[0].iov_base, parts[0].iov_len, flags); });
            continue;
        }
        msghdr message{};
        // sendmsg() takes a plain pointer but changes nothing.
        message.msg_iov = const_cast<iovec*>(parts.data());
        message.msg_iovlen = parts.size();
        request.result = written([&] { return ::sendmsg(request.fd, &message, flags); });
    }
}

}  // namespace socketio::transport
