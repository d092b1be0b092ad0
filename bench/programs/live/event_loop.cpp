#include "live/event_loop.hpp"

#include "support/command_line.hpp"
#include "support/loopback.hpp"

#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace bench {

namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;

}  // namespace

EventLoop::EventLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(buffer_bytes, '\0') {
    if (epoll_ < 0) fail("epoll_create1");
}

void EventLoop::add(int socket, Reader& reader) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &reader}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll_ctl");
}

bool EventLoop::turn(int timeout_ms) {
    std::array<epoll_event, 512> events;
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < count; ++i) static_cast<Reader*>(events[i].data.ptr)->on_readable();
    return count > 0;
}

void EventLoop::give_up(const char* what) {
    refuse(std::string("waited in vain for ") + what);
}

double EventLoop::now() {
    return static_cast<double>(nanoseconds_now()) / 1e9;
}

std::size_t read_some(int socket, std::string& buffer) {
    const auto size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (size < 0) fail("reading from the server");
    if (size == 0) refuse("the server closed a connection");
    return static_cast<std::size_t>(size);
}

void send_all(int socket, const std::string& bytes) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("sending");
    if (static_cast<std::size_t>(sent) != bytes.size()) refuse("a socket's buffer is full");
}

}  // namespace bench
