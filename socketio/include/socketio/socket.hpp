#pragma once
// One client in one namespace. Lives on one shard from its connection to its disconnect handler: use it
// only in handlers of that shard. To reach it from elsewhere, emit to its id, which is a room.

#include "socketio/ack.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/encoded_event.hpp"
#include "socketio/error.hpp"
#include "socketio/handshake.hpp"
#include "socketio/value.hpp"

#include <any>
#include <chrono>
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
    void off(std::string_view event);
    /// Sees every event before its handler.
    void on_any(AnyHandler handler);
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

    /// Everyone in the room but this socket.
    [[nodiscard]] BroadcastOperator to(std::string_view room) const;
    [[nodiscard]] BroadcastOperator in(std::string_view room) const { return to(room); }
    /// Everyone in the namespace but this socket.
    [[nodiscard]] BroadcastOperator broadcast() const;

    /// Leaves the namespace, or closes the whole connection.
    void disconnect(bool close_connection = false);

    /// The application's own state of this socket.
    [[nodiscard]] std::any& data() noexcept;

private:
    void set_handler(std::string_view event, EventHandler handler);

    hub::SocketState& state_;
};

}  // namespace socketio
