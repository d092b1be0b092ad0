#include "transport/connection.hpp"

#include "base/assert.hpp"
#include "transport/transport_shard.hpp"

#include <cerrno>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace socketio::transport {

namespace {

// After our last byte: how long the peer may take to end its side.
constexpr base::Milliseconds linger_time{2'000};

boost::asio::ip::tcp family_of(int fd) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    return address.ss_family == AF_INET6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4();
}

}  // namespace

Connection::Connection(TransportShard& home, shard::UniqueFd fd)
    : home_(home), socket_(home.shard().context()) {
    const int one = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const auto protocol = family_of(fd.get());
    socket_.assign(protocol, fd.release());
    socket_.non_blocking(true);
    home_.enter(*this);
}

Connection::~Connection() {
    SOCKETIO_ASSERT(state_ == State::closed);
}

void Connection::start(std::unique_ptr<Protocol> protocol, std::string bytes) {
    protocol_ = std::move(protocol);
    if (!bytes.empty()) protocol_->on_bytes(bytes);
    wait_readable();
}

void Connection::replace_protocol(std::unique_ptr<Protocol> protocol) {
    home_.shard().bury(std::exchange(protocol_, std::move(protocol)));
    cancel_deadline();
}

std::string Connection::address() const {
    boost::system::error_code ec;
    const auto endpoint = socket_.remote_endpoint(ec);
    if (ec) return {};
    auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    }
    return address.to_string();
}

void Connection::wait_readable() {
    if (reading_ || paused_ || state_ == State::closed) return;
    reading_ = true;
    socket_.async_wait(
        Socket::wait_read, [self = ConnectionRef(this)](boost::system::error_code ec) {
            self->reading_ = false;
            if (ec || self->state_ == State::closed) return;
            const auto guard = self->home_.shard().begin_work("reading a connection");
            self->on_readable();
        });
}

void Connection::on_readable() {
    if (paused_) return;
    const auto buffer = home_.read_buffer();
    const auto got = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) {
        if (state_ == State::open) protocol_->on_bytes(buffer.first(static_cast<std::size_t>(got)));
    } else if (got == 0) {
        on_end(false);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        on_end(true);
    }
    wait_readable();
}

void Connection::on_end(bool failed) {
    if (state_ == State::lingering) return close();
    if (state_ == State::open) {
        protocol_->on_end(failed);
        if (state_ == State::closed) return;
    }
    paused_ = true;  // Nothing more comes.
    if (failed) return close();
    if (state_ == State::open && protocol_->stays_after_end()) return;
    if (protocol_->has_output()) {
        finish();
    } else {
        close();
    }
}

void Connection::resume_reading() {
    paused_ = false;
    wait_readable();
}

void Connection::want_write() {
    if (in_write_list_ || blocked_ || state_ == State::closed) return;
    in_write_list_ = true;
    home_.writes().add(*this);
}

void Connection::write_now() {
    if (blocked_ || state_ == State::closed) return;
    home_.writes().write_now(*this);
}

void Connection::gather(std::vector<iovec>& buffers) {
    if (blocked_ || broken_ || state_ == State::closed || state_ == State::lingering) return;
    protocol_->gather(buffers);
}

bool Connection::settle(ssize_t result, std::size_t wanted) {
    if (result < 0 && result != -EAGAIN && result != -EWOULDBLOCK) {
        broken_ = true;
    } else {
        const auto written = result < 0 ? 0 : static_cast<std::size_t>(result);
        if (written < wanted) wait_writable();
        if (written > 0) protocol_->on_written(written);
    }
    return !std::exchange(after_write_due_, true);
}

void Connection::after_write() {
    after_write_due_ = false;
    if (state_ == State::closed) return;
    if (broken_) return on_end(true);
    protocol_->after_write();
    if (state_ == State::closed) return;
    if (protocol_->has_output()) {
        want_write();
    } else if (state_ == State::finishing) {
        linger();
    }
}

void Connection::wait_writable() {
    blocked_ = true;
    socket_.async_wait(
        Socket::wait_write, [self = ConnectionRef(this)](boost::system::error_code ec) {
            self->blocked_ = false;
            if (ec || self->state_ == State::closed) return;
            const auto guard = self->home_.shard().begin_work("writing a connection");
            self->want_write();
        });
}

void Connection::finish() {
    if (state_ != State::open) return;
    state_ = State::finishing;
    set_deadline(home_.shard().options().close_timeout);
    if (protocol_->has_output()) {
        want_write();
    } else {
        linger();
    }
    resume_reading();
}

void Connection::linger() {
    state_ = State::lingering;
    boost::system::error_code ec;
    socket_.shutdown(Socket::shutdown_send, ec);
    if (ec) return close();
    set_deadline(linger_time);
}

void Connection::set_deadline(base::Milliseconds delay) {
    home_.shard().deadlines().arm_after(deadline_, delay);
}

void Connection::on_deadline(base::TimePoint) {
    if (state_ == State::open) {
        protocol_->on_deadline();
    } else {
        close();
    }
}

void Connection::close() {
    if (state_ == State::closed) return;
    boost::system::error_code ec;
    socket_.close(ec);
    leave();
}

shard::UniqueFd Connection::release() {
    boost::system::error_code ec;
    shard::UniqueFd fd(socket_.release(ec));
    SOCKETIO_ASSERT(!ec);
    moved_ = true;
    leave();
    return fd;
}

void Connection::shut_down() {
    if (state_ == State::open) protocol_->on_shutdown();
}

void Connection::leave() {
    state_ = State::closed;
    deadline_.cancel();
    // The protocol may be what is calling.
    if (protocol_) home_.shard().bury(std::move(protocol_));
    home_.leave(*this);
}

}  // namespace socketio::transport
