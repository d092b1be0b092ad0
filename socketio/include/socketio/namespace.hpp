#pragma once
// A namespace of the whole process. Set it up before Server::run(), or in the callback of Server::of();
// afterwards any thread may emit. It lives as long as the server, also when it is closed.

#include "socketio/broadcast.hpp"
#include "socketio/encoded_event.hpp"
#include "socketio/server_side.hpp"
#include "socketio/socket.hpp"
#include "socketio/task.hpp"
#include "socketio/value.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

struct ClusterBroadcast;

namespace hub {
class Admissions;
class NamespacePort;
struct NamespaceSetup;
}  // namespace hub

/// Lets a connecting socket in or refuses it, now or later on its shard. Copies decide the same
/// connection; only the first decision counts. When the last copy goes without one, it is refused.
class Next {
public:
    explicit Next(std::shared_ptr<hub::Admissions> admissions) noexcept
        : admissions_(std::move(admissions)) {}

    /// Passes the socket on to the next middleware, or connects it.
    void operator()() const;
    /// The client gets CONNECT_ERROR `{message, data}`; data is left out when null.
    void refuse(std::string message, Value data = nullptr) const;

private:
    std::shared_ptr<hub::Admissions> admissions_;
};

using Middleware = std::function<void(Socket&, const Next&)>;
class Namespace;
using ConnectionHandler = std::function<void(Socket&)>;
using BacklogHandler = std::function<void(Socket&)>;
/// Whether a broadcast of another process is delivered. See adapter.hpp.
/// Whether a namespace of that name may be made for a client that asks for it with this CONNECT payload. Runs
/// on shard 0. Socket.IO protocol v5, "Connection to a namespace".
using NamespaceMatcher = std::function<bool(std::string_view name, const Value& auth)>;
using NamespaceHandler = std::function<void(Namespace&)>;
/// What happened to a room on one shard. Valid during the call.
struct RoomEvent {
    enum class Kind : std::uint8_t { created, joined, left, deleted };
    Kind kind = Kind::created;
    std::string_view room;
    /// Who joined or left; empty for the others.
    std::string_view socket_id = {};
};
using RoomHandler = std::function<void(const RoomEvent&)>;
/// Whether what another process sent is delivered here.
using RemoteBroadcastFilter = std::function<bool(const ClusterBroadcast&)>;

/// Names that an ECMAScript regular expression finds something in, as RegExp.test() does: write ^ and $ for
/// whole names. Throws std::invalid_argument when it is none.
[[nodiscard]] NamespaceMatcher matching(std::string_view expression);

class Namespace {
public:
    Namespace(std::string name, hub::NamespacePort& port);
    ~Namespace();
    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;

    [[nodiscard]] const std::string& name() const noexcept;

    /// Middlewares run in order for each socket that connects to this namespace.
    Namespace& use(Middleware middleware);
    Namespace& on_connection(ConnectionHandler handler);
    /// Told of rooms on the shard where it happens, in the order of Node's adapter events: create-room and
    /// join-room, leave-room and delete-room; a socket's own room, its id, among them, once it is connected.
    /// A room is created on each shard that has members of it.
    Namespace& on_room(RoomHandler handler);
    /// Takes over the middlewares and handlers of another one, in place of its own.
    Namespace& set_up_as(const Namespace& other);
    /// The socket's client does not keep up: more than Options::backlog_bytes are unsent after a turn's
    /// writes (on polling: and no GET waits). Called once until the client has drained, with the next tick
    /// (10 ms), when nobody walks over rooms: the time to leave rooms, and to send the current state in
    /// on_drain() instead of all that has led to it. A socket that connects meanwhile is told after its
    /// connection handlers. See docs/slow-clients.md.
    Namespace& on_backlog(BacklogHandler handler);
    /// As Socket::on_drain(), for every socket of the namespace, at no cost per socket; after the socket's
    /// own handlers. On polling it is called after nearly every GET.
    Namespace& on_drain(DrainHandler handler);
    /// Asked on shard 0 for each broadcast that another process sent to this namespace, with or without acks,
    /// before it is delivered: false keeps it back, and so does an exception. Of several, the first that says false
    /// decides. What this process sends is not asked for.
    Namespace& on_remote_broadcast(RemoteBroadcastFilter filter);
    /// Told of what other servers of the cluster emit with server_side_emit(), on shard 0. Handlers of one
    /// event are called in the order in which they were added. Throws std::invalid_argument for the names
    /// connect, connection and new_namespace.
    Namespace& on_server_side(std::string_view event, ServerSideHandler handler);
    /// One handler for every socket of the namespace, which costs nothing per socket. A handler of the
    /// socket's own comes first and hides it.
    template <class Handler>
    Namespace& on(std::string_view event, Handler handler) {
        return set_handler(event, make_event_handler(std::move(handler)));
    }

    [[nodiscard]] BroadcastOperator to(std::string_view room) const;
    [[nodiscard]] BroadcastOperator to(const std::vector<std::string>& rooms) const;
    [[nodiscard]] BroadcastOperator in(std::string_view room) const { return to(room); }
    [[nodiscard]] BroadcastOperator in(const std::vector<std::string>& rooms) const {
        return to(rooms);
    }
    [[nodiscard]] BroadcastOperator except(std::string_view room) const;
    [[nodiscard]] BroadcastOperator except(const std::vector<std::string>& rooms) const;
    [[nodiscard]] BroadcastOperator except(const Socket& socket) const;
    [[nodiscard]] BroadcastOperator local() const;
    [[nodiscard]] BroadcastOperator as_volatile() const;
    [[nodiscard]] BroadcastOperator compress(bool on) const;
    [[nodiscard]] BroadcastOperator droppable() const;
    /// Everyone in the namespace, for what only the operator does: acks, flags.
    [[nodiscard]] BroadcastOperator everyone() const { return BroadcastOperator(*this); }

    /// Each as BroadcastOperator's, for all sockets of the namespace.
    void fetch_sockets(FetchHandler handler) const { everyone().fetch_sockets(std::move(handler)); }
    [[nodiscard]] Awaitable<FetchedSockets> fetch_sockets() const {
        return everyone().fetch_sockets();
    }
    void sockets_join(const std::vector<std::string>& rooms) const {
        everyone().sockets_join(rooms);
    }
    void sockets_leave(const std::vector<std::string>& rooms) const {
        everyone().sockets_leave(rooms);
    }
    void disconnect_sockets(bool close_connection = false) const {
        everyone().disconnect_sockets(close_connection);
    }

    template <class... Values>
    void emit(std::string_view event, Values&&... values) const {
        BroadcastOperator(*this).emit(event, std::forward<Values>(values)...);
    }
    template <class... Values>
    void emit_message(Values&&... values) const {
        emit("message", std::forward<Values>(values)...);
    }
    /// As BroadcastOperator::emit().
    void emit(const EncodedEvent& event) const { BroadcastOperator(*this).emit(event); }
    /// Encodes an event for its sockets, once. Any thread. Throws std::invalid_argument when the event's
    /// name is reserved.
    [[nodiscard]] EncodedEvent encode(std::string_view event, const Args& args,
                                      const EmitFlags& flags = {}) const;

    // ---- Between servers -----------------------------------------------------------------------
    /// To the handlers of on_server_side() of the other servers of the cluster that have this namespace. Any
    /// thread. Throws std::invalid_argument as on_server_side() does, and std::logic_error without an adapter,
    /// with one that has no requests, and for the parent of Server::of_matching().
    template <class... Values>
    void server_side_emit(std::string_view event, Values&&... values) const {
        send_server_side(event, Args{Value(std::forward<Values>(values))...});
    }
    /// The same, and calls the handler once: when each of them has answered or is gone, or after `timeout` with
    /// the answers that came. With no other server that is soon. On the calling shard, or on shard 0 when the
    /// caller is none; of a server that stops, nothing may come. Throws std::invalid_argument for a timeout of
    /// zero, too.
    void server_side_emit_with_ack(std::string_view event, Args args,
                                   std::chrono::milliseconds timeout,
                                   ServerSideAnswersHandler handler) const;
    /// For a Task on a shard. Node's timeout is five seconds.
    [[nodiscard]] Awaitable<ServerSideAnswers> server_side_emit_with_ack(
        std::string_view event, Args args,
        std::chrono::milliseconds timeout = std::chrono::seconds(5)) const;
    void send_server_side(std::string_view event, Args args) const;

    // ---- For the library -----------------------------------------------------------------------
    void set_parent(const Namespace& parent);
    [[nodiscard]] const hub::NamespaceSetup& setup() const noexcept { return *setup_; }
    [[nodiscard]] hub::NamespacePort& port() const noexcept { return port_; }

private:
    Namespace& set_handler(std::string_view event, EventHandler handler);

    std::unique_ptr<hub::NamespaceSetup> setup_;
    hub::NamespacePort& port_;
};

}  // namespace socketio
