#pragma once
// What an Ack given to a handler refers to: one event of one socket that asks for an answer. Shared by
// the copies of the Ack, which may outlive the socket. Lives on the socket's shard.

#include "socketio/value.hpp"

#include <cstdint>

namespace socketio::hub {

class AckReply;
class SocketState;

/// The answers that a socket has yet to give. Part of it: when it leaves, none can be given any more.
class OpenReplies {
public:
    OpenReplies() = default;
    OpenReplies(const OpenReplies&) = delete;
    OpenReplies& operator=(const OpenReplies&) = delete;
    ~OpenReplies() { close(); }

    void close() noexcept;
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

private:
    friend class AckReply;
    AckReply* first_ = nullptr;
};

class AckReply {
public:
    AckReply(SocketState& socket, OpenReplies& open, std::uint64_t id) noexcept;
    AckReply(const AckReply&) = delete;
    AckReply& operator=(const AckReply&) = delete;
    ~AckReply() { unlink(); }

    [[nodiscard]] bool wanted() const noexcept { return open_ != nullptr; }
    void send(Args args);

private:
    friend class OpenReplies;
    void unlink() noexcept;

    SocketState& socket_;
    /// Null once it is answered or the socket has left.
    OpenReplies* open_;
    AckReply* previous_ = nullptr;
    AckReply* next_;
    std::uint64_t id_;
};

}  // namespace socketio::hub
