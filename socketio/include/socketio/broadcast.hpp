#pragma once
// To whom an event goes. Operators are values: each call returns a changed copy.

#include "socketio/ack.hpp"
#include "socketio/handshake.hpp"
#include "socketio/task.hpp"
#include "socketio/value.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

class EncodedEvent;
class Namespace;
class Socket;

/// The union of `rooms` (every socket of the namespace when empty) without the members of `except`.
/// A socket's id is a room of its own. Each socket receives once.
struct Audience {
    std::vector<std::string> rooms;
    std::vector<std::string> except;
};

struct EmitFlags {
    /// This process only: nothing goes to the adapter, and nobody else is asked.
    bool local = false;
    /// Dropped for a client to which bytes of an earlier turn are still unsent (on polling: when no GET
    /// waits). Never dropped for what its own turn sends.
    bool is_volatile = false;
    /// May be compressed.
    bool compress = true;
    /// May be dropped, the oldest first, when a client that does not keep up has reached its bounds. In
    /// this process; other nodes' clients are closed as slow when theirs are reached.
    bool droppable = false;
    /// Takes the place of an unsent message to the same client with the same key: only the newest of them
    /// waits, at the end of the queue. Empty: none. In this process.
    std::string conflate_key = {};
};

/// What became of a message to one client.
enum class EmitOutcome : std::uint8_t {
    queued,        ///< Leaves at the end of this turn, or as soon as the client reads again.
    replaced,      ///< Queued; an older one with its conflation key was taken out.
    refused,       ///< Volatile, and the client is behind; or droppable, and there is no room.
    disconnected,  ///< The client has left, or this message made it a slow client.
};

/// A socket as it was when it was asked for.
struct SocketDetails {
    std::string id;
    /// Without its request when that is not kept any more: Options::keep_request.
    Handshake handshake;
    /// Its id first.
    std::vector<std::string> rooms;
    /// Of Socket::data() when that holds a Value, else null: what else stands there may belong to its shard.
    Value data;
};

struct FetchedSockets {
    /// errc::ack_timeout when not all servers had answered in time, errc::too_large when what they answered is more
    /// than Options::cluster_answer_bytes_max, or what the adapter says when they could not be asked; none within
    /// one process.
    boost::system::error_code ec;
    /// In no order; of those servers that answered.
    std::vector<SocketDetails> sockets;
    /// As BroadcastAnswers::missing.
    std::vector<std::string> missing;
};

using FetchHandler = std::function<void(const FetchedSockets&)>;

/// Any thread. From one thread, what is emitted first arrives first.
class BroadcastOperator {
public:
    explicit BroadcastOperator(const Namespace& nsp) noexcept : nsp_(&nsp) {}
    BroadcastOperator(const Namespace& nsp, Audience audience, EmitFlags flags)
        : nsp_(&nsp), audience_(std::move(audience)), flags_(std::move(flags)) {}

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
    /// `volatile` is a word of C++.
    [[nodiscard]] BroadcastOperator as_volatile() const;
    [[nodiscard]] BroadcastOperator compress(bool on) const;
    [[nodiscard]] BroadcastOperator droppable() const;
    [[nodiscard]] BroadcastOperator conflate(std::string_view key) const;

    /// Throws std::invalid_argument when the event's name is reserved.
    template <class... Values>
    void emit(std::string_view event, Values&&... values) const {
        send(event, Args{Value(std::forward<Values>(values))...});
    }
    void send(std::string_view event, Args args) const;
    /// The event `message`, which Node's clients emit with send().
    template <class... Values>
    void emit_message(Values&&... values) const {
        emit("message", std::forward<Values>(values)...);
    }
    /// In this process only: an adapter sends values, not bytes. It goes with the flags that it was encoded
    /// with; as_volatile() adds to them. Throws std::invalid_argument when it was encoded for another
    /// namespace.
    void emit(const EncodedEvent& event) const;

    /// Asks all sockets of the audience, on all servers of the cluster, and calls the handler once: when each
    /// has answered or left, or after `timeout`. With nobody to ask that is soon. On the calling shard, or on
    /// shard 0 when the caller is none; of a server that stops, nothing may come. With local(), or an adapter
    /// that has no requests, the sockets of this process. Who leaves another server without an answer is waited
    /// for, as in Node; a server that is gone is not, and is named. Throws std::invalid_argument when the
    /// event's name is reserved, and when `timeout` is zero: a broadcast does not wait for ever. Acks are
    /// never volatile, droppable or conflated. Socket.IO protocol v5, "Acknowledgement".
    void emit_with_ack(std::string_view event, Args args, std::chrono::milliseconds timeout,
                       BroadcastAckHandler handler) const;
    /// For a Task on a shard.
    [[nodiscard]] Awaitable<BroadcastAnswers> emit_with_ack(
        std::string_view event, Args args, std::chrono::milliseconds timeout) const;

    /// The connected sockets of the audience on all servers, or in this process alone, as with emit_with_ack().
    /// The others have Options::cluster_request_timeout to answer. Handlers are called as those of
    /// emit_with_ack().
    void fetch_sockets(FetchHandler handler) const;
    [[nodiscard]] Awaitable<FetchedSockets> fetch_sockets() const;

    /// Of the sockets of all servers; with local(), or an adapter that has no requests, of this process. Nobody
    /// tells when the others have done it, nor whether they were reached.
    void sockets_join(const std::vector<std::string>& rooms) const;
    void sockets_leave(const std::vector<std::string>& rooms) const;
    void disconnect_sockets(bool close_connection = false) const;

private:
    const Namespace* nsp_;
    Audience audience_;
    EmitFlags flags_;
};

}  // namespace socketio
