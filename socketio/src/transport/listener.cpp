#include "transport/listener.hpp"

#include <boost/asio/ip/v6_only.hpp>
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
// A burst of refused connections is one line in the log, and one more as long as it lasts.
constexpr base::Milliseconds burst_time{10'000};

bool is_v4(const ListenAddress& address) {
    boost::system::error_code ignored;
    return boost::asio::ip::make_address(address.address, ignored).is_v4() && !ignored;
}

}  // namespace

Listener::Listener(shard::Shard& shard) : shard_(shard) {}

void Listener::bind() {
    const auto& options = shard_.options();
    std::vector<ListenAddress> wanted;
    if (!options.address.empty()) wanted.push_back({options.address, options.port});
    wanted.insert(wanted.end(), options.further_addresses.begin(), options.further_addresses.end());
    doors_.reserve(wanted.size());
    for (const auto& address : wanted) {
        // Both `0.0.0.0` and `::` on one port: each takes its own.
        const bool v4_too = std::any_of(wanted.begin(), wanted.end(), [&](const auto& other) {
            return other.port == address.port && is_v4(other);
        });
        bind(address, v4_too);
    }
}

void Listener::bind(const ListenAddress& wanted, bool only_v6) {
    const auto fail = [&](boost::system::error_code ec) {
        doors_.clear();
        bound_.clear();
        throw boost::system::system_error(
            ec, "cannot listen on " + wanted.address + " port " + std::to_string(wanted.port));
    };
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(wanted.address, ec);
    if (ec) fail(ec);
    const boost::asio::ip::tcp::endpoint endpoint(address, wanted.port);
    Acceptor acceptor(shard_.context());
    acceptor.open(endpoint.protocol(), ec);
    if (ec) fail(ec);
    acceptor.set_option(boost::asio::socket_base::reuse_address(true));
    if (address.is_v6() && only_v6) acceptor.set_option(boost::asio::ip::v6_only(true));
    acceptor.bind(endpoint, ec);
    if (ec) fail(ec);
    acceptor.listen(boost::asio::socket_base::max_listen_connections, ec);
    if (ec) fail(ec);
    acceptor.non_blocking(true);
    // Connections inherit it. A turn's messages leave together already.
    acceptor.set_option(boost::asio::ip::tcp::no_delay(true));
    bound_.push_back({wanted.address, acceptor.local_endpoint().port()});
    doors_.push_back({std::move(acceptor)});
}

void Listener::start(Network& network) {
    network_ = &network;
    const auto rate = shard_.options().connects_per_second_max;
    if (rate != 0) rate_.emplace(rate, shard_.deadlines().now());
    wait();
}

void Listener::stop() {
    pause_.cancel();
    burst_.cancel();
    boost::system::error_code ec;
    for (auto& door : doors_) door.acceptor.close(ec);
}

void Listener::wait() {
    for (auto& door : doors_) wait(door);
}

void Listener::wait(Door& door) {
    if (door.waiting || !door.acceptor.is_open()) return;
    door.waiting = true;
    const auto on_knock = [this, &door](boost::system::error_code ec) {
        door.waiting = false;
        // A pause began at another door; its end waits here again.
        if (ec || !door.acceptor.is_open() || pause_.armed()) return;
        const auto guard = shard_.begin_work("accepting connections");
        accept_all(door);
    };
    door.acceptor.async_wait(Acceptor::wait_read, shard_.handler(on_knock));
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
    shard::UniqueFd fd(
        ::accept4(door.acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
        if (rate_) (void)rate_->take(shard_.deadlines().now());
        if (std::exchange(exhausted_, false)) {
            shard_.log().write(LogLevel::info, "accepting connections again",
                               [] { return base::LogFields{}; });
        }
        place(std::move(fd));
        return Accepted::one;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Accepted::none;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        on_exhausted(errno);
        return Accepted::paused;
    }
    return Accepted::one;  // It died before it was taken; others wait.
}

void Listener::place(shard::UniqueFd fd) {
    const auto bound = shard_.options().connections_max;
    if (bound != 0 && network_->shards().connections() >= bound) return on_refused();
    const auto shard = network_->shards().take_place();
    network_->shards().on_shard(shard, [this, shard, fd = std::move(fd)]() mutable {
        (*network_)[shard].adopt(std::move(fd));
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

void Listener::on_refused() {
    ++shard_.counters().connections_refused;
    if (burst_.armed()) {
        ++refused_;
        return;
    }
    const auto bound = shard_.options().connections_max;
    shard_.log().write(LogLevel::warn, "connection refused", [&] {
        return base::LogFields{{"why", "connections_max is reached"},
                               {"connections_max", std::to_string(bound)}};
    });
    shard_.deadlines().arm_after(burst_, burst_time);
}

void Listener::on_burst_over(base::TimePoint) {
    if (refused_ == 0) return;
    const auto count = std::exchange(refused_, 0);
    shard_.log().write(LogLevel::warn, "connections refused", [&] {
        return base::LogFields{{"why", "connections_max is reached"},
                               {"count", std::to_string(count)}};
    });
    shard_.deadlines().arm_after(burst_, burst_time);
}

}  // namespace socketio::transport
