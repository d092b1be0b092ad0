#pragma once
// The three neighbours of a session: the transport below it, the client above it, and who keeps it.
// All on the session's shard.

#include "socketio/error.hpp"
#include "wire/engine_packet.hpp"

#include <cstdint>
#include <string_view>

namespace socketio::engine {

class Session;

enum class TransportKind : std::uint8_t { polling, websocket };

/// Below: carries packets. Implemented in transport/. A session never deletes a transport.
class TransportPort {
public:
    virtual ~TransportPort() = default;
    [[nodiscard]] virtual TransportKind kind() const noexcept = 0;

    /// The session's queue is not empty any more: write what it holds by the end of this turn (polling:
    /// when a GET waits). Not called again before it was empty once more. Never calls back.
    virtual void wake() = 0;
    /// wake(), for a queue that had to wait for an upgrade: when it is empty, the session has drained.
    virtual void take_over() { wake(); }
    /// wake() comes soon: ask the memory for what it will read.
    virtual void prefetch() const noexcept {}
    /// Writes at once what the kernel takes (polling: when a GET waits), instead of at the turn's end.
    /// Pops what it wrote off the session's queue; calls nothing else of the session.
    virtual void flush() = 0;
    /// What is sent now would leave with this turn: no byte of an earlier turn is unsent (polling: a GET
    /// waits).
    [[nodiscard]] virtual bool writable() const noexcept = 0;
    /// Sends a packet of its own, past the queue: `3probe`, a `6` that releases a waiting GET. Polling
    /// sends only when a GET waits.
    virtual void send_past_queue(wire::EnginePacketView packet) = 0;
    /// The session is over. Writes what its queue still holds (at most Options::close_timeout), says
    /// goodbye (a close frame; a close packet `1` in the next GET) and ends; `now` ends at once and says
    /// nothing. The transport takes over the queue's remaining messages during this call and must not
    /// touch the session afterwards.
    enum class Ending : std::uint8_t { after_queue, now };
    virtual void end(Ending ending) = 0;
    /// Another transport has taken over, or the probe failed: end without touching the session's queue.
    virtual void retire() = 0;
    /// The session is over, and this is a probe that was answered: its client may have stopped polling by now
    /// and trust in it alone. Ends with its client's next word, or in Options::upgrade_timeout.
    virtual void part() { retire(); }
};

/// Above: what a session carries. Implemented by hub/client and by bare Engine.IO endpoints.
class SessionPort {
public:
    virtual ~SessionPort() = default;
    /// A message; the view is valid during the call. May close the session.
    virtual void on_message(std::string_view data, bool binary) = 0;
    /// Messages that had to wait for a later turn have been written, all of them. May close the session.
    virtual void on_drained() {}
    /// More bytes than Options::backlog_bytes are unsent after a turn's writes. Once until on_drained(), and
    /// after each Session::watch_backlog(). Comes with a tick of the deadlines. May close the session.
    virtual void on_backlog() {}
    /// A WebSocket has taken over from polling. May close the session.
    virtual void on_upgraded() {}
    /// The last call, once. The session still answers id() and the like, but sends nothing.
    virtual void on_close(DisconnectReason reason) = 0;
};

/// Keeper: owns the session.
class SessionKeeper {
public:
    virtual ~SessionKeeper() = default;
    /// After on_close. The keeper forgets the sid at once and destroys session and port at the end of the
    /// turn, never inside this call.
    virtual void on_session_closed(Session& session) = 0;
};

}  // namespace socketio::engine
