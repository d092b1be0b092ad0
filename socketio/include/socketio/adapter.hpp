#pragma once
// How processes become one server. An adapter lives on shard 0: every call to it and from it runs there.
// Socket.IO's own adapters and what they say to each other: docs/cluster.md.

#include "socketio/broadcast.hpp"
#include "socketio/cluster_question.hpp"
#include "socketio/cluster_status.hpp"
#include "socketio/options.hpp"
#include "socketio/server_side.hpp"
#include "socketio/value.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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
    /// What tells it from all others wherever it may be sent again, of an adapter that keeps sessions: numbers
    /// with a '-' between them, which grow. Empty: the server that delivers it gives it one of its own.
    std::string offset = {};
    /// Of an adapter that delivers_own(): this process published it, so no filter of remote broadcasts is asked.
    bool is_own = false;
};

/// Rooms joined or left, or sockets sent away, for a whole audience.
struct ClusterSurgery {
    enum class Kind : std::uint8_t { join, leave, disconnect, disconnect_and_close };
    Kind kind = Kind::join;
    std::string nsp;
    Audience audience;
    /// To join or to leave.
    std::vector<std::string> rooms = {};
};

/// A socket that left and may come back, to any server.
struct StoredSession {
    std::string sid;
    std::string pid;
    std::string nsp;
    std::vector<std::string> rooms;
    /// Socket::data() where that holds a Value, else null.
    Value data;
};

struct RestoredSession {
    StoredSession session;
    /// What it was not sent, in its order, each with its offset.
    std::vector<ClusterBroadcast> missed;
};

/// Null when there is nothing to be had: unknown, used already, too old, or the store is away.
/// Called on shard 0 of the server that asked.
using RestoreHandler = std::function<void(std::unique_ptr<RestoredSession>)>;

/// What a server offers its adapter. What it is asked here it does in this process alone.
class AdapterHost {
public:
    virtual ~AdapterHost() = default;

    [[nodiscard]] virtual boost::asio::io_context& context() noexcept = 0;
    /// Namespaces that are open now. Others are told of by Adapter::on_namespace_opened().
    [[nodiscard]] virtual std::vector<std::string> namespaces() const = 0;
    /// deliver() is wanted for namespaces that are not open too.
    [[nodiscard]] virtual bool wants_every_namespace() const { return false; }
    /// deliver() is wanted for rooms of that open namespace that nobody of this process is in, too: somebody
    /// looks at all that others send, or may come back and have missed it. Always the same for a namespace.
    [[nodiscard]] virtual bool wants_every_room(const std::string& /*nsp*/) const { return true; }

    /// Calls of these two keep their order. Of an adapter that keeps sessions, those with an offset come in the
    /// order of the offsets, the own ones too, for each namespace: who was sent one has been sent all before it.
    virtual void deliver(ClusterBroadcast broadcast) = 0;
    virtual void operate(ClusterSurgery surgery) = 0;
    /// Delivers a broadcast whose clients are to answer. `on_count` is called once, with how many were asked;
    /// then `on_answer` with the first argument of each answer that comes within `timeout`.
    virtual void ask(ClusterBroadcast broadcast, std::chrono::milliseconds timeout,
                     std::function<void(std::size_t clients)> on_count,
                     std::function<void(Value)> on_answer) = 0;
    /// `done` is called once, later.
    virtual void fetch(std::string nsp, Audience audience,
                       std::function<void(std::vector<SocketDetails>)> done) = 0;
    /// The names of all rooms of a namespace, those of sockets' own ids among them. `done` is called once, later.
    virtual void rooms(std::string nsp, std::function<void(std::vector<std::string>)> done) = 0;
    /// To this server's handlers of on_server_side(). `reply` is empty when nobody waits for an answer.
    virtual void deliver_server_side(const ServerSideEvent& event,
                                     const ServerSideReply& reply) = 0;

    virtual void log(LogEvent event) = 0;
    /// The cluster can be reached, or not any more; `text` says why, without a password. Told to the handlers of
    /// Server::on_cluster_state() when it changes.
    virtual void on_cluster_state(bool is_reached, const std::string& text) = 0;
};

class Adapter {
public:
    virtual ~Adapter() = default;

    /// Once, when the server runs. The host outlives stop(). What it throws ends the server: Server::run()
    /// throws it again.
    virtual void start(AdapterHost& host) = 0;
    /// Ends all I/O of the adapter; nothing is delivered afterwards, and no question is answered.
    virtual void stop() = 0;
    /// Between start() and stop(): a namespace that was not among AdapterHost::namespaces() is there now;
    /// nobody connects to one any more. What comes for a namespace that is closed is not delivered.
    virtual void on_namespace_opened(const std::string&) {}
    virtual void on_namespace_closed(const std::string&) {}

    /// To the other processes. Must not block; what cannot be sent now is bounded by the adapter.
    virtual void publish(const ClusterBroadcast& broadcast) = 0;
    /// publish() delivers here too, by AdapterHost::deliver(): once its offset is known, or at once where it
    /// will have none. Any thread; always the same.
    [[nodiscard]] virtual bool delivers_own() const noexcept { return false; }
    /// In the other processes; with executes_own(), in this one too, by AdapterHost::operate().
    virtual void operate(const ClusterSurgery&) {}
    /// Any thread; always the same.
    [[nodiscard]] virtual bool executes_own() const noexcept { return false; }

    // ---- Questions to the others, which do not ask this process ---------------------------------
    /// It has the questions, server_side_emit() and operate(). Any thread; always the same.
    [[nodiscard]] virtual bool has_requests() const noexcept { return false; }
    /// A broadcast whose clients are to answer. `timeout` is for them; the server keeps the question's time.
    virtual void ask(const ClusterBroadcast&, std::chrono::milliseconds /*timeout*/,
                     const std::shared_ptr<BroadcastQuestion>&) {}
    virtual void fetch(const std::string& /*nsp*/, const Audience&,
                       const std::shared_ptr<FetchQuestion>&) {}
    /// To each other server that has the namespace. `question` is null when nobody waits for answers.
    virtual void server_side_emit(const ServerSideEvent&,
                                  const std::shared_ptr<ServerSideQuestion>&) {}

    // ---- Rooms ----------------------------------------------------------------------------------
    /// It wants to know which rooms this process has members in. Any thread; always the same.
    [[nodiscard]] virtual bool follows_rooms() const noexcept { return false; }
    /// Somebody of this process is in that room now, or nobody any more; `is_own` says that it is the room of a
    /// socket's own id. Every room's first call says that it is there. A socket that left and may come back to
    /// this process is still in its rooms: what it misses is kept here.
    virtual void on_room(const std::string& /*nsp*/, const std::string& /*room*/, bool /*is_there*/,
                         bool /*is_own*/) {}

    // ---- Connection state recovery on another server --------------------------------------------
    /// It keeps the sessions of sockets that left, in place of this process; then it delivers_own(). Any thread;
    /// always the same.
    [[nodiscard]] virtual bool keeps_sessions() const noexcept { return false; }
    virtual void keep_session(const StoredSession&, std::chrono::milliseconds /*duration*/) {}
    /// Sessions that were given to it and are not stored yet: a server that ends waits for them, up to a second.
    [[nodiscard]] virtual std::size_t sessions_pending() const noexcept { return 0; }
    /// Takes the session out, which keep_session() may have been given here right before: it is there for nobody
    /// else. `offset` is what the client says, untrusted; empty when it got no event. What is missed reaches to
    /// the end of what was stored when this was called, or further; what is stored later is delivered, too, and
    /// is known by its offset.
    // Overrides take the handler over.
    virtual void restore_session(const std::string& /*nsp*/, const std::string& /*pid*/,
                                 const std::string& /*offset*/, RestoreHandler done) {  // NOLINT
        done(nullptr);
    }

    [[nodiscard]] virtual ClusterStatus status() const { return {}; }
};

}  // namespace socketio
