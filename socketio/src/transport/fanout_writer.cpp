#include "transport/fanout_writer.hpp"

#include "transport/connection.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace socketio::transport {

void SendWriter::write(std::span<WriteRequest> requests, std::span<const iovec> buffers) {
    for (auto& request : requests) {
        msghdr message{};
        // sendmsg() takes a plain pointer but changes nothing.
        message.msg_iov = const_cast<iovec*>(buffers.data() + request.first_buffer);
        message.msg_iovlen = request.buffer_count;
        ssize_t sent = 0;
        do {
            sent = ::sendmsg(request.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        } while (sent < 0 && errno == EINTR);
        request.result = sent < 0 ? -errno : sent;
    }
}

void WriteTurn::add(Connection& connection) {
    waiting_.push_back(&connection);
    shard_.schedule(*this);
}

void WriteTurn::write_now(Connection& connection) {
    Connection* one[] = {&connection};
    write(one);
}

void WriteTurn::at_turn_end() {
    // Writing makes room, and room may bring more to write: whatever is added goes out in a next round.
    while (!waiting_.empty()) {
        batch_.clear();
        std::swap(batch_, waiting_);
        for (auto* connection : batch_) connection->leave_write_list();
        write(batch_);
    }
}

void WriteTurn::write(std::span<Connection* const> connections) {
    // Locals, since what a finished write sets off may write another connection right away.
    auto targets = std::exchange(targets_, {});
    auto requests = std::exchange(requests_, {});
    auto buffers = std::exchange(buffers_, {});
    for (auto* connection : connections) {
        const auto first = buffers.size();
        connection->gather(buffers);
        if (buffers.size() == first) continue;
        targets.push_back(connection);
        requests.push_back({connection->fd(), first, buffers.size() - first, 0});
    }
    writer_.write(requests, buffers);
    for (std::size_t i = 0; i < targets.size(); ++i) {
        std::size_t wanted = 0;
        for (std::size_t b = 0; b < requests[i].buffer_count; ++b) {
            wanted += buffers[requests[i].first_buffer + b].iov_len;
        }
        targets[i]->on_write_result(requests[i].result, wanted);
    }
    targets.clear();
    requests.clear();
    buffers.clear();
    targets_ = std::move(targets);
    requests_ = std::move(requests);
    buffers_ = std::move(buffers);
}

}  // namespace socketio::transport
