#pragma once
// Accepts on one port and gives each connection to the shard that has the fewest. Lives on shard 0.

#include "base/deadline_queue.hpp"
#include "transport/transport_shard.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>

namespace socketio::transport {

class Listener {
public:
    explicit Listener(shard::Shard& shard);

    /// Before the threads run. Throws boost::system::system_error naming address and port.
    void bind();
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// On shard 0.
    void start(Network& network);
    void stop();

private:
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                        boost::asio::io_context::executor_type>;

    void wait();
    void accept_all();
    void place(shard::UniqueFd fd);
    void on_pause_over(base::TimePoint now);

    shard::Shard& shard_;
    Network* network_ = nullptr;  ///< Since start().
    Acceptor acceptor_;
    base::MemberDeadline<Listener, &Listener::on_pause_over> pause_{*this};
    std::uint16_t port_ = 0;
};

}  // namespace socketio::transport
