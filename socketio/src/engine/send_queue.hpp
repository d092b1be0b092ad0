#pragma once
// The messages that a session has yet to send, in order. Holds references only; which bytes they become
// is decided when they are written, so the queue survives an upgrade. Lives on one shard.

#include "engine/message.hpp"

#include <boost/container/small_vector.hpp>

#include <cstddef>
#include <span>

namespace socketio::engine {

class SendQueue {
public:
    [[nodiscard]] bool empty() const noexcept { return head_ == messages_.size(); }
    [[nodiscard]] std::size_t size() const noexcept { return messages_.size() - head_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t packets() const noexcept { return packets_; }

    void push(MessageRef message);
    /// In order. Invalid after push or pop.
    [[nodiscard]] std::span<const MessageRef> messages() const noexcept;
    void pop_front(std::size_t count = 1) noexcept;
    void clear() noexcept;

    /// Bytes of the front message's WebSocket form that the kernel has taken already. Such a message is
    /// never dropped or conflated.
    [[nodiscard]] std::size_t front_offset() const noexcept { return front_offset_; }
    /// The kernel took `count` more bytes, in that WebSocket form; whole messages leave.
    void consume_websocket(std::size_t count, WebSocketFormat format) noexcept;

    /// Gives back memory that a burst left behind. Called when a session has been quiet.
    void shrink() noexcept;

private:
    void settle() noexcept;

    // Most sessions owe at most a message or two within one turn: those need no allocation.
    boost::container::small_vector<MessageRef, 2> messages_;
    std::size_t head_ = 0;
    std::size_t bytes_ = 0;
    std::size_t packets_ = 0;
    std::size_t front_offset_ = 0;
};

}  // namespace socketio::engine
