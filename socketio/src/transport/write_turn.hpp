#pragma once
// What all connections of a shard want to write, gathered and written once a turn.
//
// A round: every connection's output is gathered, the writer writes it, every result is noted (settle),
// and only then does anything follow from it (after_write): what follows may run handlers, which may send
// on any connection.
//
// Connections with TLS wait in a list of their own: each is gathered, encrypted and sent by itself, so that the
// others' path knows nothing of it.

#include "shard/shard.hpp"
#include "transport/fanout_writer.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <sys/uio.h>

namespace socketio::transport {

class Connection;

class WriteTurn final : public shard::TurnTask {
public:
    WriteTurn(shard::Shard& shard, std::unique_ptr<FanoutWriter> writer);
    ~WriteTurn() override;

    /// The connection has output and the socket takes bytes. It must live until the turn's end.
    void add(Connection& connection);
    /// This one alone, now; what follows from it waits for the turn's end.
    void write_now(Connection& connection);

private:
    void at_turn_end() override;
    /// Takes all that wait in that list out of it, into batch_.
    void take(std::vector<Connection*>& waiting);
    void write(std::span<Connection* const> connections);
    void write_secured(std::span<Connection* const> connections);
    /// Of the first `count`; the others come next.
    void gather(std::span<Connection* const> connections, std::size_t count);
    void settle();

    shard::Shard& shard_;
    std::unique_ptr<FanoutWriter> writer_;
    /// Plain ones, and those with TLS.
    std::array<std::vector<Connection*>, 2> waiting_;
    /// Written; what follows from it is to be done.
    std::vector<Connection*> written_;
    // Kept between rounds for their capacity.
    std::vector<Connection*> batch_;
    std::vector<Connection*> targets_;
    std::vector<WriteRequest> requests_;
    std::vector<iovec> buffers_;
    /// A record's plain bytes, where they do not lie together; empty until there is TLS.
    std::vector<char> record_;
};

}  // namespace socketio::transport
