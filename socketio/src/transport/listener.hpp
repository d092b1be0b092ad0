#pragma once
// Accepts on every listen address and gives each connection to the shard that has the fewest. Out of
// descriptors, or faster than wanted, it lets new ones wait in the kernel's queue; too many, in all or of one
// address, are closed at once. Lives on shard 0.

#include "base/deadline_queue.hpp"
#include "base/token_bucket.hpp"
#include "socketio/options.hpp"
#include "transport/entrance.hpp"
#include "transport/listen_socket.hpp"
#include "transport/refusal_log.hpp"
#include "transport/transport_shard.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace socketio::transport {

class Listener {
public:
    explicit Listener(shard::Shard& shard);

    /// Before the threads run. Throws boost::system::system_error naming address and port or path, and
    /// std::runtime_error naming a certificate's file.
    void bind();
    /// Of the first address; 0 for a unix socket.
    [[nodiscard]] std::uint16_t port() const noexcept { return bound_.front().port; }
    /// All that is bound; empty before bind().
    [[nodiscard]] const std::vector<ListenAddress>& addresses() const noexcept { return bound_; }
    /// What connections through them go through, in the same order.
    [[nodiscard]] const std::vector<Entrance>& entrances() const noexcept { return entrances_; }
    /// On shard 0.
    void start(Network& network);
    void stop();

private:
    using Descriptor =
        boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;
    /// A listening socket, and the event loop's view of it.
    struct Door {
        Door(boost::asio::io_context& context, std::size_t place, ListenSocket bound)
            : entrance(place), socket(std::move(bound)), descriptor(context, socket->fd()) {}
        Door(const Door&) = delete;
        Door& operator=(const Door&) = delete;
        ~Door() { close(); }
        void close();
        [[nodiscard]] bool is_open() const noexcept { return socket.has_value(); }

        const std::size_t entrance;
        std::optional<ListenSocket> socket;
        Descriptor descriptor;
        bool waiting = false;
    };
    enum class Accepted : std::uint8_t { one, none, paused };

    void bind(const ListenAddress& address, bool only_v6);
    void wait();
    void wait(Door& door);
    void accept_all(Door& door);
    [[nodiscard]] Accepted accept_one(Door& door);
    [[nodiscard]] bool is_full();
    void place(ReleasedSocket socket, std::size_t entrance);
    void pause(base::Milliseconds time);
    void on_exhausted(int error);
    void on_pause_over(base::TimePoint now);

    shard::Shard& shard_;
    Network* network_ = nullptr;  ///< Since start().
    std::deque<Door> doors_;
    std::vector<ListenAddress> bound_;
    std::vector<Entrance> entrances_;
    std::optional<base::TokenBucket> rate_;
    base::MemberDeadline<Listener, &Listener::on_pause_over> pause_{*this};
    RefusalLog too_many_;
    bool exhausted_ = false;  ///< Out of descriptors or memory since the last connection.
};

}  // namespace socketio::transport
