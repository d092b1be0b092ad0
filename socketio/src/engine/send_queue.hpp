#pragma once
// The messages that a session has yet to send, in order. Holds references only; which bytes they become
// is decided when they are written, so the queue survives an upgrade. Lives on one shard.
//
// A message may be taken out of the middle: replaced by a newer one with its conflation key, or dropped
// because the queue is full. It leaves a hole, so that the places of all others stay what they are.

#include "engine/message.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::engine {

class SendQueue {
public:
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t packets() const noexcept { return packets_; }

    void push(MessageRef message) {
        ++size_;
        bytes_ += message->bytes();
        packets_ += static_cast<std::uint32_t>(message->packets());
        if (!backlog_ && own_end_ < own_places_.size()) {
            own_places_[own_end_++] = std::move(message);
        } else {
            push_to_backlog(std::move(message));
        }
    }
    /// Takes out the waiting message that has the same conflation key as `newer`, which is about to be
    /// pushed. False when there is none.
    bool replace(const Message& newer) noexcept {
        const auto& key = newer.content().conflate_key;
        return !key.empty() && !empty() && replace_waiting(key);
    }
    /// Takes out the oldest droppable message. False when there is none.
    bool drop_oldest() noexcept;

    /// In order; an empty reference is a hole. The first is none. Invalid after any change.
    [[nodiscard]] std::span<const MessageRef> messages() const noexcept;
    void clear() noexcept;

    /// Bytes of the front message's WebSocket form that the kernel has taken already. Such a message is
    /// never replaced or dropped.
    [[nodiscard]] std::size_t front_offset() const noexcept { return front_offset_; }
    /// The kernel took `count` more bytes, in that WebSocket form; whole messages leave.
    void consume_websocket(std::size_t count, WebSocketFormat format) noexcept;
    /// The kernel took all that was left of the first `count` of messages().
    void consume_whole(std::size_t count) noexcept;

    /// Gives back memory that a burst left behind. Called when a session has been quiet.
    void shrink() noexcept;

private:
    /// For queues that are too long to search: those of clients that do not keep up.
    struct Index {
        /// `place` is the newest with that key; `key` lives as long as the message there.
        void note(std::string_view key, std::size_t place);

        boost::unordered_flat_map<std::string_view, std::size_t> by_key;
        /// Nothing before it may be dropped.
        std::size_t droppable_from = 0;
    };

    /// What a queue has that is longer than a session's own places; kept until shrink().
    struct Backlog {
        std::vector<MessageRef> messages;
        std::unique_ptr<Index> index;
    };

    /// From the first on, those that have left included.
    [[nodiscard]] std::span<MessageRef> places() noexcept;
    void push_to_backlog(MessageRef message);
    bool replace_waiting(std::string_view key) noexcept;
    [[nodiscard]] bool is_waiting(std::size_t place) noexcept;
    [[nodiscard]] std::size_t find_key(std::string_view key);
    [[nodiscard]] Backlog& backlog();
    [[nodiscard]] Index& index();
    void pop_front() noexcept;
    void take_out(std::size_t place) noexcept;
    void forget(std::size_t place) noexcept;
    void settle() noexcept;

    // Most sessions owe at most a message or two within one turn: those need no allocation.
    std::array<MessageRef, 2> own_places_;
    /// When there is one, it has all the messages.
    std::unique_ptr<Backlog> backlog_;
    std::size_t bytes_ = 0;
    std::size_t front_offset_ = 0;
    std::uint32_t own_end_ = 0;  ///< Of the own places that are in use.
    std::uint32_t head_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t packets_ = 0;
};

}  // namespace socketio::engine
