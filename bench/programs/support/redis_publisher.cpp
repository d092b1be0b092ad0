#include "support/redis_publisher.hpp"

#include "support/command_line.hpp"
#include "support/loopback.hpp"

#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

namespace bench {

namespace {

void append_argument(std::string& request, std::string_view argument) {
    request += "$" + std::to_string(argument.size()) + "\r\n";
    request += argument;
    request += "\r\n";
}

void await(int socket, short events) {
    pollfd wanted{.fd = socket, .events = events, .revents = 0};
    if (::poll(&wanted, 1, -1) < 0 && errno != EINTR) fail("poll");
}

}  // namespace

RedisPublisher::RedisPublisher(std::uint16_t port) : socket_(connect_to_loopback(port, 0)) {
    send_without_delay(socket_);
}

void RedisPublisher::publish(std::string_view channel, std::string_view message) {
    request_ = "*3\r\n";
    append_argument(request_, "PUBLISH");
    append_argument(request_, channel);
    append_argument(request_, message);
    ++unanswered_;
    for (std::string_view left = request_; !left.empty();) {
        const auto sent = ::send(socket_, left.data(), left.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            left.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            await(socket_, POLLOUT);
        } else if (errno != EINTR) {
            fail("publishing");
        }
    }
}

void RedisPublisher::read_answers() {
    std::array<char, 16 * 1024> buffer;
    const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size < 0) fail("reading from Redis");
    if (size == 0) refuse("Redis closed the emitter's connection");
    partial_.append(buffer.data(), static_cast<std::size_t>(size));
    std::size_t begin = 0;
    for (auto end = partial_.find("\r\n"); end != std::string::npos;
         end = partial_.find("\r\n", begin)) {
        take_answer(std::string_view(partial_).substr(begin, end - begin));
        begin = end + 2;
    }
    partial_.erase(0, begin);
}

void RedisPublisher::await_answers() {
    while (unanswered_ > 0) {
        await(socket_, POLLIN);
        read_answers();
    }
}

void RedisPublisher::take_answer(std::string_view line) {
    if (!line.starts_with(':')) refuse("Redis says " + std::string(line));
    listeners_ = std::stoull(std::string(line.substr(1)));
    --unanswered_;
}

}  // namespace bench
