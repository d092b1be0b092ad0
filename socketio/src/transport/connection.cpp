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

Connection::Connection(TransportShard& home, shard::UniqueFd fd, std::unique_ptr<Passage> passage)
    : home_(home), fd_(std::move(fd)) {
    if (passage) {
        secured_ = passage->tls != nullptr;
        extra().passage = std::move(passage);
    }
    home_.enter(*this);
}

Connection::~Connection() {
    SOCKETIO_ASSERT(state_ == State::closed);
}

void Connection::start(std::unique_ptr<Protocol> protocol, std::string bytes) {
    const bool is_watched = std::exchange(state_, State::open) == State::opening;
    protocol_ = std::move(protocol);
    if (!bytes.empty()) protocol_->on_bytes(bytes);
    if (state_ == State::closed) return;
    if (!is_watched) home_.readiness().add(fd(), *this);
    if (state_ == State::closed || !(is_watched || secured_)) return;
    if (secured_) {
        tls().on_ready(false);
        blocked_ = tls().has_unsent();
    }
    // What was announced during the opening, or what TLS read ahead on another shard, nothing tells again.
    input_left_ = true;
    read_later();
}

void Connection::replace_protocol(std::unique_ptr<Protocol> protocol) {
    home_.shard().bury(std::exchange(protocol_, std::move(protocol)));
    drop_timer();
}

std::string Connection::address() const {
    if (const auto* way = passage(); way != nullptr && way->client) return way->client->address;
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    if (::getpeername(fd(), reinterpret_cast<sockaddr*>(&peer), &length) != 0) return {};
    return address_text(peer);
}

bool Connection::secure() const noexcept {
    if (secured_) return true;
    const auto* way = passage();
    return way != nullptr && way->client && way->client->secure;
}

Connection::Extra& Connection::extra() {
    if (!extra_) extra_ = std::make_unique<Extra>(*this);
    return *extra_;
}

// ---- Opening -----------------------------------------------------------------------------------

void Connection::begin_opening() {
    state_ = State::opening;
    set_deadline(home_.options().tls_handshake_timeout);
    home_.readiness().add(fd(), *this);
}

void Connection::step_opening() {
    if (state_ == State::opening) passage()->opening->step();
}

void Connection::end_opening() {
    cancel_deadline();
    // It is what is calling.
    home_.shard().bury(std::move(passage()->opening));
    home_.open(*this);
}

// ---- Reading -----------------------------------------------------------------------------------

void Connection::on_ready(Readiness ready) {
    if (state_ == State::closed) return;
    if (secured_) {
        tls().on_ready(ready.ended);
        // Either may wait for what the other usually waits for.
        const bool room = ready.writable;
        ready.writable = room || (ready.readable && tls().write_waits_for_input());
        ready.readable = ready.readable || (room && tls().read_waits_for_room());
    }
    if (state_ == State::opening) {
        if (ready.readable || ready.ended) passage()->opening->on_ready();
        return;
    }
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
    if (secured_) return read_secured();
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

void Connection::read_secured() {
    const auto buffer = home_.read_buffer();
    const auto got = tls().read(buffer);
    // An end behind bytes is told again by the next read.
    input_left_ = got.input != TlsStream::Input::drained;
    if (got.bytes > 0) {
        if (state_ == State::open) protocol_->on_bytes(buffer.first(got.bytes));
        if (input_left_ && !paused_) read_later();
        return;
    }
    if (got.input == TlsStream::Input::drained) return;
    const bool failed = got.input == TlsStream::Input::failed;
    input_left_ = false;
    peer_ended_ = !failed;
    on_end(failed);
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
    if (has_output()) {
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

bool Connection::has_output() const noexcept {
    return protocol_->has_output() || (secured_ && tls().has_unsent());
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

std::optional<Connection::SecuredWrite> Connection::write_secured(std::vector<iovec>& buffers,
                                                                  std::span<char> scratch) {
    if (blocked_ || broken_ || state_ == State::closed || state_ == State::lingering) return {};
    buffers.clear();
    const bool had_unsent = tls().has_unsent();
    SecuredWrite done;
    if (had_unsent) done.bytes = tls().flush();
    std::size_t wanted = 0;
    if (done.bytes == 0) {
        protocol_->gather(buffers);
        if (buffers.empty() && !had_unsent) return {};
        for (const auto& buffer : buffers) wanted += buffer.iov_len;
        done.bytes = tls().write(buffers, scratch);
    }
    blocked_ = tls().has_unsent();
    done.partial = blocked_;
    done.after_write_due = settle(done.bytes, wanted);
    return done;
}

void Connection::after_write() {
    after_write_due_ = false;
    if (state_ == State::closed) return;
    if (broken_) return on_end(true);
    protocol_->after_write();
    if (state_ == State::closed) return;
    if (has_output()) {
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
    if (has_output()) {
        want_write();
    } else {
        linger();
    }
    resume_reading();
}

void Connection::linger() {
    if (peer_ended_) return close();
    state_ = State::lingering;
    if (secured_) tls().close_notify();
    if (::shutdown(fd(), SHUT_WR) != 0) return close();
    set_deadline(linger_time);
}

void Connection::set_deadline(base::Milliseconds delay) {
    home_.shard().deadlines().arm_after(extra().timer, delay);
}

void Connection::cancel_deadline() noexcept {
    if (extra_) extra_->timer.cancel();
}

void Connection::drop_timer() noexcept {
    if (passage() != nullptr) {
        cancel_deadline();
    } else {
        extra_.reset();
    }
}

void Connection::on_deadline(base::TimePoint) {
    if (state_ == State::opening) {
        passage()->opening->on_deadline();
    } else if (state_ == State::open) {
        protocol_->on_deadline();
    } else {
        close();
    }
}

void Connection::close() {
    if (state_ == State::closed) return;
    if (secured_) tls().close_notify();
    fd_ = {};
    leave();
}

ReleasedSocket Connection::release() {
    home_.readiness().remove(fd());
    moved_ = true;
    ReleasedSocket socket{.fd = std::move(fd_), .of_address = home_.take_address_place(*this)};
    if (extra_) socket.passage = std::move(extra_->passage);
    leave();
    return socket;
}

void Connection::shut_down() {
    if (state_ == State::opening) return close();
    if (state_ == State::open) protocol_->on_shutdown();
}

void Connection::leave() {
    state_ = State::closed;
    // The protocol or the opening may be what is calling.
    if (protocol_) home_.shard().bury(std::move(protocol_));
    if (passage() != nullptr && passage()->opening) {
        home_.shard().bury(std::move(passage()->opening));
    }
    extra_.reset();
    home_.leave(*this);
}

}  // namespace socketio::transport
