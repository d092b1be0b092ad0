#include "transport/listener.hpp"

#include "transport/peer_address.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <sys/socket.h>

namespace socketio::transport {

namespace {

// Connections taken in one go, so that a flood of them does not hold up those that are there.
constexpr int accepts_per_turn_max = 256;
// Out of file descriptors: there is no use in asking again at once.
constexpr base::Milliseconds pause_when_exhausted{100};

bool is_v4(const ListenAddress& address) {
    boost::system::error_code ignored;
    return boost::asio::ip::make_address(address.address, ignored).is_v4() && !ignored;
}

std::string name_of(const ListenAddress& address) {
    if (!address.unix_path.empty()) return address.unix_path;
    return address.address + " port " + std::to_string(address.port);
}

}  // namespace

Listener::Listener(shard::Shard& shard)
    : shard_(shard), too_many_(shard.deadlines(), shard.log(), "connections_max is reached") {}

void Listener::bind() {
    entrances_ = make_entrances(shard_.options());
    const auto wanted = listen_addresses(shard_.options());
    for (const auto& address : wanted) {
        // Both `0.0.0.0` and `::` on one port: each takes its own.
        const bool v4_too = std::any_of(wanted.begin(), wanted.end(), [&](const auto& other) {
            return other.port == address.port && is_v4(other);
        });
        bind(address, v4_too);
    }
}

void Listener::bind(const ListenAddress& wanted, bool only_v6) {
    auto socket = ListenSocket::open(wanted, only_v6);
    if (!socket) {
        doors_.clear();
        bound_.clear();
        throw boost::system::system_error(socket.error(), "cannot listen on " + name_of(wanted));
    }
    bound_.push_back(wanted);
    bound_.back().port = socket->port();
    doors_.emplace_back(shard_.context(), doors_.size(), std::move(*socket));
}

void Listener::Door::close() {
    // Only one of them may close it.
    if (descriptor.is_open()) descriptor.release();
    socket.reset();
}

void Listener::start(Network& network) {
    network_ = &network;
    const auto rate = shard_.options().connects_per_second_max;
    if (rate != 0) rate_.emplace(rate, shard_.deadlines().now());
    wait();
}

void Listener::stop() {
    pause_.cancel();
    too_many_.stop();
    for (auto& door : doors_) door.close();
}

void Listener::wait() {
    for (auto& door : doors_) wait(door);
}

void Listener::wait(Door& door) {
    if (door.waiting || !door.is_open()) return;
    door.waiting = true;
    const auto on_knock = [this, &door](boost::system::error_code ec) {
        door.waiting = false;
        // A pause began at another door; its end waits here again.
        if (ec || !door.is_open() || pause_.armed()) return;
        const auto guard = shard_.begin_work("accepting connections");
        accept_all(door);
    };
    door.descriptor.async_wait(Descriptor::wait_read, shard_.handler(on_knock));
}

void Listener::accept_all(Door& door) {
    for (int taken = 0; taken < accepts_per_turn_max; ++taken) {
        const auto accepted = accept_one(door);
        if (accepted == Accepted::paused) return;
        if (accepted == Accepted::none) break;
    }
    wait(door);
}

Listener::Accepted Listener::accept_one(Door& door) {
    if (rate_) {
        if (const auto missing = rate_->wait(shard_.deadlines().now()); missing.count() > 0) {
            pause(missing);
            return Accepted::paused;
        }
    }
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    shard::UniqueFd fd(::accept4(door.socket->fd(), reinterpret_cast<sockaddr*>(&peer), &length,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
        if (std::exchange(exhausted_, false)) {
            shard_.log().write(LogLevel::info, "accepting connections again",
                               [] { return base::LogFields{}; });
        }
        if (is_full()) return Accepted::one;
        auto& gate = (*network_)[shard_.index()].address_gate();
        if (auto of_address = gate.admit(ip_address(peer))) {
            // Who is sent away for its address takes nothing of the others' rate.
            if (rate_) (void)rate_->take(shard_.deadlines().now());
            place({.fd = std::move(fd), .of_address = *std::move(of_address)}, door.entrance);
        }
        return Accepted::one;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Accepted::none;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        on_exhausted(errno);
        return Accepted::paused;
    }
    return Accepted::one;  // It died before it was taken; others wait.
}

void Listener::place(ReleasedSocket socket, std::size_t entrance) {
    const auto shard = network_->shards().take_place();
    network_->shards().on_shard(shard,
                                [this, shard, entrance, socket = std::move(socket)]() mutable {
                                    (*network_)[shard].adopt(std::move(socket), entrance);
                                });
}

// ---- Too many ----------------------------------------------------------------------------------------

void Listener::pause(base::Milliseconds time) {
    shard_.deadlines().arm_after(pause_, time);
}

void Listener::on_exhausted(int error) {
    if (!std::exchange(exhausted_, true)) {
        shard_.log().write(LogLevel::error, "cannot accept connections",
                           [&] { return base::LogFields{{"why", std::strerror(error)}}; });
    }
    pause(pause_when_exhausted);
}

void Listener::on_pause_over(base::TimePoint) {
    wait();
}

bool Listener::is_full() {
    const auto bound = shard_.options().connections_max;
    if (bound == 0 || network_->shards().connections() < bound) return false;
    ++shard_.counters().connections_refused;
    too_many_.note(
        [&] { return base::LogFields::value_type{"connections_max", std::to_string(bound)}; });
    return true;
}

}  // namespace socketio::transport
