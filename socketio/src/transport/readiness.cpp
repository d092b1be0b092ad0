#include "transport/readiness.hpp"

#include "base/assert.hpp"
#include "transport/connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <utility>

namespace socketio::transport {

namespace {

// Taken in one turn; the rest waits until these have been answered.
constexpr std::size_t events_per_turn_max = 512;

constexpr std::uint32_t interest = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

int make_set() {
    const int set = ::epoll_create1(EPOLL_CLOEXEC);
    if (set < 0) {
        throw boost::system::system_error(errno, boost::system::system_category(),
                                          "cannot make an epoll set");
    }
    return set;
}

Readiness readiness_of(std::uint32_t events) {
    return {.readable = (events & EPOLLIN) != 0,
            .writable = (events & EPOLLOUT) != 0,
            .ended = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0};
}

}  // namespace

ReadinessSet::ReadinessSet(shard::Shard& shard)
    : shard_(shard), set_(shard.context(), make_set()), events_(events_per_turn_max) {
    wait();
}

ReadinessSet::~ReadinessSet() = default;

void ReadinessSet::stop() {
    boost::system::error_code ignored;
    set_.close(ignored);
}

void ReadinessSet::add(int fd, Connection& connection) {
    epoll_event event{};
    event.events = interest;
    event.data.ptr = &connection;
    const int status = ::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, fd, &event);
    if (status == 0) return;
    // Out of the system's watches or memory: this connection is one too many.
    shard_.log().write(LogLevel::error, "cannot watch a connection", [] {
        return base::LogFields{{"why", boost::system::system_category().message(errno)}};
    });
    connection.close();
}

void ReadinessSet::remove(int fd) {
    epoll_event ignored{};
    ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, fd, &ignored);
}

void ReadinessSet::read_later(Connection& connection) {
    unread_.emplace_back(&connection);
    shard_.schedule(*this);
}

void ReadinessSet::wait() {
    waiting_ = true;
    const auto on_events = [this](boost::system::error_code ec) {
        if (ec) return;
        waiting_ = false;
        shard_.schedule(*this);
        take_events();
    };
    set_.async_wait(Descriptor::wait_read, shard_.handler(on_events));
}

void ReadinessSet::take_events() {
    const int count =
        ::epoll_wait(set_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
    for (int i = 0; i < count; ++i) {
        const auto& event = events_[static_cast<std::size_t>(i)];
        const auto guard = shard_.begin_work("a connection's input");
        static_cast<Connection*>(event.data.ptr)->on_ready(readiness_of(event.events));
    }
}

void ReadinessSet::at_turn_end() {
    if (!waiting_ && set_.is_open()) wait();
    if (unread_.empty()) return;
    boost::asio::post(shard_.context(), shard_.handler([this] { read_rest(); }));
}

void ReadinessSet::read_rest() {
    // What these leave unread waits for the turn after this one.
    for (const auto& connection : std::exchange(unread_, {})) {
        const auto guard = shard_.begin_work("the rest of a connection's input");
        connection->read();
    }
}

}  // namespace socketio::transport
