#pragma once
// One client in one namespace. Lives on one shard from its connection to its disconnect handler: use it
// only in handlers of that shard. To reach it from elsewhere, emit to its id, which is a room.

#include "socketio/ack.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/encoded_event.hpp"
#include "socketio/error.hpp"
#include "socketio/event_middleware.hpp"
#include "socketio/handshake.hpp"
#include "socketio/task.hpp"
#include "socketio/value.hpp"

#include <any>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

namespace hub {
class SocketState;
}

class Socket;

using EventHandler = std::function<void(Socket&, const Args&, Ack)>;
using AnyHandler = std::function<void(Socket&, std::string_view event, const Args&)>;
using DisconnectHandler = std::function<void(Socket&, DisconnectReason)>;
using DrainHandler = std::function<void(Socket&)>;
using UpgradeHandler = std::function<void(Socket&)>;
/// Names a catch-all handler of one socket, to take it away again.
enum class HandlerId : std::uint32_t {};

/// Makes an EventHandler of a callable that takes the socket, and then the arguments and the ack or not.
template <class Handler>
EventHandler make_event_handler(Handler handler) {
    if constexpr (std::is_invocable_v<Handler&, Socket&, const Args&, Ack>) {
        return EventHandler(std::move(handler));
    } else if constexpr (std::is_invocable_v<Handler&, Socket&, const Args&>) {
        return [handler = std::move(handler)](Socket& socket, const Args& args,
                                              const Ack&) mutable { handler(socket, args); };
    } else {
        static_assert(
            std::is_invocable_v<Handler&, Socket&>,
            "a handler takes (Socket&), (Socket&, const Args&) or (Socket&, const Args&, Ack)");
        return [handler = std::move(handler)](Socket& socket, const Args&, const Ack&) mutable {
            handler(socket);
        };
    }
}

class Socket {
public:
    explicit Socket(hub::SocketState& state) noexcept : state_(state) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    /// 20 characters; for EIO3 clients the engine's sid, prefixed with `<namespace>#` outside the root.
    /// Valid as long as the socket.
    [[nodiscard]] std::string_view id() const noexcept;
    [[nodiscard]] const Namespace& nsp() const noexcept;
    [[nodiscard]] const Handshake& handshake() const noexcept;
    [[nodiscard]] bool connected() const noexcept;
    /// It goes on where another socket was, whose connection was lost: with its id, rooms and data, and what
    /// was emitted to it meanwhile is on the way. Handlers of its own are to be added again; those of the
    /// namespace are there. Options::connection_state_recovery.
    [[nodiscard]] bool recovered() const noexcept;
    /// "polling" or "websocket".
    [[nodiscard]] std::string_view transport() const noexcept;
    /// 4, or 3 for clients of socket.io 1.x and 2.x.
    [[nodiscard]] int protocol() const noexcept;

    /// False when the socket is in Options::rooms_per_socket_max rooms already.
    bool join(std::string_view room);
    void leave(std::string_view room);
    /// Its id first.
    [[nodiscard]] std::vector<std::string> rooms() const;

    /// Replaces an earlier handler of that event. A handler may remove itself.
    template <class Handler>
    void on(std::string_view event, Handler handler) {
        set_handler(event, make_event_handler(std::move(handler)));
    }
    /// The same for the next event of that name alone: it is removed before it is called.
    template <class Handler>
    void once(std::string_view event, Handler handler) {
        set_handler(event, make_event_handler(std::move(handler)), true);
    }
    /// The socket's own; those of its namespace stay.
    void off(std::string_view event);
    void off();
    /// Sees every event of the client, before its middlewares and its handler; in the order they were added.
    /// What is added while they run is called from the next event on, and one that is removed is called for
    /// this event yet.
    HandlerId on_any(AnyHandler handler);
    /// Before those that are there.
    HandlerId prepend_any(AnyHandler handler);
    void off_any(HandlerId handler);
    /// All of them.
    void off_any();
    /// Sees every event that is emitted to this client, broadcasts too, before it is queued and whether or not
    /// it arrives; acks are no events. Of a broadcast it sees what the client will read: numbers that are
    /// whole, as integers. Costs a broadcast nothing while no socket of the namespace on this shard has one,
    /// and else a look at each of its sockets there.
    HandlerId on_any_outgoing(AnyHandler handler);
    HandlerId prepend_any_outgoing(AnyHandler handler);
    void off_any_outgoing(HandlerId handler);
    void off_any_outgoing();
    /// Asked for each event of the client, in the order they were added, after on_any() handlers. They may
    /// change the event, or refuse it.
    void use(EventMiddleware middleware);
    /// Events that a middleware refused or in which it threw. Without one they are logged at debug.
    void on_error(ErrorHandler handler);
    /// The client has moved from polling to a WebSocket: transport() says so.
    void on_upgrade(UpgradeHandler handler);
    /// The Engine.IO session's id, the same for all sockets of the client. Empty once it has left.
    [[nodiscard]] std::string_view connection_id() const noexcept;
    /// Rooms are still joined.
    void on_disconnecting(DisconnectHandler handler);
    /// Rooms are left; the socket goes away after it returns.
    void on_disconnect(DisconnectHandler handler);

    /// Throws std::invalid_argument when the event's name is reserved. After the socket has left,
    /// emits do nothing.
    template <class... Values>
    EmitOutcome emit(std::string_view event, Values&&... values) {
        return send(event, Args{Value(std::forward<Values>(values))...});
    }
    EmitOutcome send(std::string_view event, const Args& args, const EmitFlags& flags = {});
    /// The event `message`, which Node's clients emit with send().
    template <class... Values>
    EmitOutcome emit_message(Values&&... values) {
        return emit("message", std::forward<Values>(values)...);
    }
    /// What Namespace::encode() made, with the flags that were given there. Throws std::invalid_argument
    /// when it was encoded for another namespace.
    EmitOutcome send(const EncodedEvent& event);
    EmitOutcome emit(const EncodedEvent& event) { return send(event); }
    /// What is emitted now leaves with this turn: the client keeps up. On polling: a GET waits.
    [[nodiscard]] bool writable() const noexcept;
    /// Bytes of messages that wait to be written, in all namespaces of the client.
    [[nodiscard]] std::size_t queued_bytes() const noexcept;
    /// Messages had to wait for a later turn, and all of them have been written: the moment to emit what
    /// was held back.
    void on_drain(DrainHandler handler);
    /// Asks the client for an answer; waits for ever when `timeout` is zero.
    void emit_with_ack(std::string_view event, const Args& args, std::chrono::milliseconds timeout,
                       AckHandler handler);
    /// For a Task. After an answer with errc::disconnected the socket may be used until the next co_await.
    [[nodiscard]] Awaitable<AckAnswer> emit_with_ack(std::string_view event, Args args,
                                                     std::chrono::milliseconds timeout);
    /// Starts the task: it runs up to its first co_await at once.
    void spawn(Task task);

    /// Everyone in the room but this socket.
    [[nodiscard]] BroadcastOperator to(std::string_view room) const;
    [[nodiscard]] BroadcastOperator to(const std::vector<std::string>& rooms) const;
    [[nodiscard]] BroadcastOperator in(std::string_view room) const { return to(room); }
    [[nodiscard]] BroadcastOperator in(const std::vector<std::string>& rooms) const {
        return to(rooms);
    }
    /// Everyone in the namespace but this socket and the members of that room.
    [[nodiscard]] BroadcastOperator except(std::string_view room) const;
    /// Everyone in the namespace but this socket.
    [[nodiscard]] BroadcastOperator broadcast() const;

    /// Leaves the namespace, or closes the whole connection.
    void disconnect(bool close_connection = false);

    /// The application's own state of this socket. With Options::connection_state_recovery it is taken out of a
    /// socket whose connection was lost once its disconnect handlers have returned, and stands in the one that
    /// goes on, which may be on another shard.
    [[nodiscard]] std::any& data() noexcept;

private:
    void set_handler(std::string_view event, EventHandler handler, bool once = false);

    hub::SocketState& state_;
};

}  // namespace socketio
