#pragma once
// How processes become one server. An adapter lives on shard 0: every call to it and from it runs there.

#include "socketio/broadcast.hpp"
#include "socketio/options.hpp"
#include "socketio/server_side.hpp"
#include "socketio/value.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace socketio {

/// An event on its way between processes.
struct ClusterBroadcast {
    std::string nsp;
    /// The event's name first.
    Args data;
    Audience audience;
    EmitFlags flags;
};

/// What a server offers its adapter.
class AdapterHost {
public:
    virtual ~AdapterHost() = default;

    [[nodiscard]] virtual boost::asio::io_context& context() noexcept = 0;
    /// To the sockets of this process only. Calls keep their order.
    virtual void deliver(ClusterBroadcast broadcast) = 0;
    /// To this server's handlers of on_server_side(). `reply` is empty when nobody waits for an answer.
    virtual void deliver_server_side(const ServerSideEvent&, const ServerSideReply&) {}
    /// Namespaces that are open now. Others are told of by Adapter::on_namespace_opened().
    [[nodiscard]] virtual std::vector<std::string> namespaces() const = 0;
    /// deliver() is wanted for namespaces that are not open too.
    [[nodiscard]] virtual bool wants_every_namespace() const { return false; }
    virtual void log(LogEvent event) = 0;
};

class Adapter {
public:
    virtual ~Adapter() = default;

    /// Once, when the server runs. The host outlives stop().
    virtual void start(AdapterHost& host) = 0;
    /// To the other processes. Must not block; what cannot be sent now is bounded by the adapter.
    virtual void publish(const ClusterBroadcast& broadcast) = 0;
    /// Between start() and stop(): a namespace that was not among AdapterHost::namespaces() is there now;
    /// nobody connects to one any more. What comes for a namespace that is closed is not delivered.
    virtual void on_namespace_opened(const std::string&) {}
    virtual void on_namespace_closed(const std::string&) {}
    /// It has server_side_emit(). Any thread; always the same.
    [[nodiscard]] virtual bool has_server_side() const noexcept { return false; }
    /// To each other server that has the namespace, and not to this one. With a question, they are asked:
    /// `expect()` tells how many there are, `add()` what each of them answers.
    virtual void server_side_emit(const ServerSideEvent&,
                                  const std::shared_ptr<ServerSideQuestion>&) {}
    /// Ends all I/O of the adapter; nothing is delivered afterwards.
    virtual void stop() = 0;
};

}  // namespace socketio
