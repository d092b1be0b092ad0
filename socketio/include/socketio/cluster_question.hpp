#pragma once
// A question of this server to the others of its cluster, which its adapter fills in. The server keeps its time;
// whoever waits is told once. Lives on shard 0; an adapter may keep it as long as it likes.
//
// A server's name is the adapter's, for operators; empty where the protocol does not say who answers. Answers may
// come before expect().

#include "socketio/broadcast.hpp"
#include "socketio/value.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {

class ClusterQuestion {
public:
    virtual ~ClusterQuestion() = default;

    /// So many servers were asked; again when that turns out to be another number. It ends when as many have
    /// answered or are gone. With their names where they are known: those who are missing in the end are among
    /// them.
    virtual void expect(std::size_t servers, std::vector<std::string> names = {}) = 0;
    /// One that was asked will not answer any more: what came of it counts, and it is named among the missing.
    virtual void gone(std::string_view server) = 0;
    /// Nobody can be asked.
    virtual void fail(boost::system::error_code ec) = 0;
    /// Somebody still waits.
    [[nodiscard]] virtual bool is_open() const noexcept = 0;
};

/// Events between servers.
class ServerSideQuestion : public ClusterQuestion {
public:
    virtual void add(std::string_view server, Value answer) = 0;
};

/// Which sockets there are.
class FetchQuestion : public ClusterQuestion {
public:
    virtual void add(std::string_view server, std::vector<SocketDetails> sockets) = 0;
};

/// A broadcast whose clients are to answer. A server has answered when it has said how many it asks, and as many
/// answers have come of all servers together as they have said.
class BroadcastQuestion : public ClusterQuestion {
public:
    virtual void add_count(std::string_view server, std::size_t clients) = 0;
    virtual void add(std::string_view server, Value answer) = 0;
};

}  // namespace socketio
