#include "transport/connection.hpp"

#include "base/assert.hpp"
#include "transport/peer_address.hpp"
#include "transport/transport_shard.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace socketio::transport {

namespace {

// After our last byte: how long the peer may take to end its side.
constexpr base::Milliseconds linger_time{2'000};

}  // namespace

Connection::Connection(TransportShard& home, shard::UniqueFd fd) : home_(home), fd_(std::move(fd)) {
    home_.enter(*this);
}

Connection::~Connection() {
    SOCKETIO_ASSERT(state_ == State::closed);
}

void Connection::start(std::unique_ptr<Protocol> protocol, std::string bytes) {
    protocol_ = std::move(protocol);
    if (!bytes.empty()) protocol_->on_bytes(bytes);
    if (state_ != State::closed) home_.readiness().add(fd(), *this);
}

void Connection::replace_protocol(std::unique_ptr<Protocol> protocol) {
    home_.shard().bury(std::exchange(protocol_, std::move(protocol)));
    timer_.reset();
}

std::string Connection::address() const {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    if (::getpeername(fd(), reinterpret_cast<sockaddr*>(&peer), &length) != 0) return {};
    return address_text(peer);
}

// ---- Reading -----------------------------------------------------------------------------------

void Connection::on_ready(Readiness ready) {
    if (state_ == State::closed) return;
    if (ready.writable && blocked_) {
        blocked_ = false;
        want_write();
    }
    if (ready.ended) peer_ends_ = true;
    if (!ready.readable && !ready.ended) return;
    input_left_ = true;
    read();
}

void Connection::read() {
    read_due_ = false;
    if (paused_ || !input_left_ || state_ == State::closed) return;
    const auto buffer = home_.read_buffer();
    const auto got = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) {
        const auto bytes = buffer.first(static_cast<std::size_t>(got));
        input_left_ = peer_ends_ || bytes.size() == buffer.size();
        if (state_ == State::open) protocol_->on_bytes(bytes);
        if (input_left_ && !paused_) read_later();
    } else if (got == 0) {
        input_left_ = false;
        peer_ended_ = true;
        on_end(false);
    } else if (errno == EINTR) {
        read_later();
    } else {
        input_left_ = false;
        if (errno != EAGAIN && errno != EWOULDBLOCK) on_end(true);
    }
}

void Connection::read_later() {
    if (read_due_ || state_ == State::closed) return;
    read_due_ = true;
    home_.readiness().read_later(*this);
}

void Connection::resume_reading() {
    paused_ = false;
    if (input_left_) read_later();
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

// ---- Writing -----------------------------------------------------------------------------------

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
    bool follows = true;
    if (result < 0 && result != -EAGAIN && result != -EWOULDBLOCK) {
        broken_ = true;
    } else {
        const auto written = result < 0 ? 0 : static_cast<std::size_t>(result);
        if (written < wanted) blocked_ = true;
        if (written > 0) follows = protocol_->on_written(written);
        if (blocked_ || state_ != State::open) follows = true;
    }
    return follows && !std::exchange(after_write_due_, true);
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

// ---- Ending ------------------------------------------------------------------------------------

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
    if (peer_ended_) return close();
    state_ = State::lingering;
    if (::shutdown(fd(), SHUT_WR) != 0) return close();
    set_deadline(linger_time);
}

void Connection::set_deadline(base::Milliseconds delay) {
    if (!timer_) timer_ = std::make_unique<Timer>(*this);
    home_.shard().deadlines().arm_after(*timer_, delay);
}

void Connection::cancel_deadline() noexcept {
    if (timer_) timer_->cancel();
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
    fd_ = {};
    leave();
}

shard::UniqueFd Connection::release() {
    home_.readiness().remove(fd());
    moved_ = true;
    auto fd = std::move(fd_);
    leave();
    return fd;
}

void Connection::shut_down() {
    if (state_ == State::open) protocol_->on_shutdown();
}

void Connection::leave() {
    state_ = State::closed;
    timer_.reset();
    // The protocol may be what is calling.
    if (protocol_) home_.shard().bury(std::move(protocol_));
    home_.leave(*this);
}

}  // namespace socketio::transport
