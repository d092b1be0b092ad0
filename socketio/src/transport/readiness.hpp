#pragma once
// Which of a shard's connections can be read or written: one epoll set for all of them, itself one descriptor
// of the shard's event loop. What Asio keeps for a socket of its own and for a wait on it is as much memory
// as the rest of an idle connection, and each wait is a system call; here a connection is registered once.
// Lives on one shard.

#include "shard/shard.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstdint>
#include <vector>

#include <sys/epoll.h>

namespace socketio::transport {

class Connection;

/// What has changed. It is told once (edge-triggered): who does not read all there is has to remember that.
struct Readiness {
    bool readable = false;
    bool writable = false;
    /// The peer has ended its side, or the connection broke; reading tells which.
    bool ended = false;
};

class ReadinessSet final : public shard::TurnTask {
public:
    explicit ReadinessSet(shard::Shard& shard);
    ~ReadinessSet() override;

    /// Connection::on_ready() is called from now on. Ends when the descriptor is closed or removed; a call
    /// that was under way may still come, before the turn's end.
    void add(int fd, Connection& connection);
    /// For a descriptor that lives on elsewhere.
    void remove(int fd);
    /// Calls Connection::read() in the next turn: one peer that sends much does not hold up the others.
    void read_later(Connection& connection);
    /// When there are no connections any more: nothing waits in the event loop from now on.
    void stop();

private:
    using Descriptor =
        boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

    void wait();
    void take_events();
    void read_rest();
    void at_turn_end() override;

    shard::Shard& shard_;
    Descriptor set_;
    std::vector<epoll_event> events_;
    /// They have more to read than one read took.
    std::vector<boost::intrusive_ptr<Connection>> unread_;
    bool waiting_ = false;
};

}  // namespace socketio::transport
