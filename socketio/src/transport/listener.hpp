#pragma once
// Accepts on every listen address and gives each connection to the shard that has the fewest. Out of
// descriptors, or faster than wanted, it lets new ones wait in the kernel's queue; too many, in all or of one
// address, are closed at once. Lives on shard 0.

#include "base/deadline_queue.hpp"
#include "base/token_bucket.hpp"
#include "socketio/options.hpp"
#include "transport/refusal_log.hpp"
#include "transport/transport_shard.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <sys/socket.h>

namespace socketio::transport {

class Listener {
public:
    explicit Listener(shard::Shard& shard);

    /// Before the threads run. Throws boost::system::system_error naming address and port.
    void bind();
    /// Of the first address.
    [[nodiscard]] std::uint16_t port() const noexcept { return bound_.front().port; }
    /// All that is bound; empty before bind().
    [[nodiscard]] const std::vector<ListenAddress>& addresses() const noexcept { return bound_; }
    /// On shard 0.
    void start(Network& network);
    void stop();

private:
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                        boost::asio::io_context::executor_type>;
    struct Door {
        Acceptor acceptor;
        bool waiting = false;
    };
    enum class Accepted : std::uint8_t { one, none, paused };

    void bind(const ListenAddress& address, bool only_v6);
    void wait();
    void wait(Door& door);
    void accept_all(Door& door);
    [[nodiscard]] Accepted accept_one(Door& door);
    [[nodiscard]] bool is_full();
    /// Its place among those of its address; nothing when it gets none.
    [[nodiscard]] std::optional<shard::AddressPlace> admit(const sockaddr_storage& peer);
    void place(shard::UniqueFd fd, shard::AddressPlace of_address);
    void pause(base::Milliseconds time);
    void on_exhausted(int error);
    void on_pause_over(base::TimePoint now);

    shard::Shard& shard_;
    Network* network_ = nullptr;  ///< Since start().
    std::vector<Door> doors_;
    std::vector<ListenAddress> bound_;
    std::optional<base::TokenBucket> rate_;
    base::MemberDeadline<Listener, &Listener::on_pause_over> pause_{*this};
    RefusalLog too_many_;
    RefusalLog too_many_of_address_;
    RefusalLog too_fast_of_address_;
    bool exhausted_ = false;  ///< Out of descriptors or memory since the last connection.
};

}  // namespace socketio::transport
