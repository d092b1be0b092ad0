#include "transport/listener.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

namespace socketio::transport {

namespace {

// Connections taken in one go, so that a flood of them does not hold up those that are there.
constexpr int accepts_per_turn_max = 256;
// Out of file descriptors: there is no use in asking again at once.
constexpr base::Milliseconds pause_when_exhausted{100};

}  // namespace

Listener::Listener(shard::Shard& shard) : shard_(shard), acceptor_(shard.context()) {}

void Listener::bind() {
    const auto& options = shard_.options();
    const auto fail = [&](boost::system::error_code ec) {
        throw boost::system::system_error(
            ec, "cannot listen on " + options.address + " port " + std::to_string(options.port));
    };
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(options.address, ec);
    if (ec) fail(ec);
    const boost::asio::ip::tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), ec);
    if (ec) fail(ec);
    acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
    acceptor_.bind(endpoint, ec);
    if (ec) fail(ec);
    acceptor_.listen(boost::asio::socket_base::max_listen_connections, ec);
    if (ec) fail(ec);
    acceptor_.non_blocking(true);
    // Connections inherit it. A turn's messages leave together already.
    acceptor_.set_option(boost::asio::ip::tcp::no_delay(true));
    port_ = acceptor_.local_endpoint().port();
}

void Listener::start(Network& network) {
    network_ = &network;
    wait();
}

void Listener::stop() {
    pause_.cancel();
    boost::system::error_code ec;
    acceptor_.close(ec);
}

void Listener::wait() {
    if (!acceptor_.is_open()) return;
    acceptor_.async_wait(Acceptor::wait_read, [this](boost::system::error_code ec) {
        if (ec || !acceptor_.is_open()) return;
        const auto guard = shard_.begin_work("accepting connections");
        accept_all();
    });
}

void Listener::accept_all() {
    for (int taken = 0; taken < accepts_per_turn_max; ++taken) {
        shard::UniqueFd fd(
            ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (fd) {
            place(std::move(fd));
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) break;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            shard_.log().write(LogLevel::error, "cannot accept connections",
                               [] { return base::LogFields{{"why", std::strerror(errno)}}; });
            shard_.deadlines().arm_after(pause_, pause_when_exhausted);
            return;
        }
        // The one connection died before it was taken; others wait.
    }
    wait();
}

void Listener::place(shard::UniqueFd fd) {
    const auto bound = shard_.options().connections_max;
    if (bound != 0 && network_->shards().connections() >= bound) {
        ++shard_.counters().connections_refused;
        shard_.log().write(LogLevel::warn, "connection refused", [&] {
            return base::LogFields{{"why", "connections_max is reached"},
                                   {"connections_max", std::to_string(bound)}};
        });
        return;
    }
    const auto shard = network_->shards().take_place();
    network_->shards().on_shard(shard, [this, shard, fd = std::move(fd)]() mutable {
        (*network_)[shard].adopt(std::move(fd));
    });
}

void Listener::on_pause_over(base::TimePoint) {
    wait();
}

}  // namespace socketio::transport
