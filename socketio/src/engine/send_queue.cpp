#include "engine/send_queue.hpp"

#include "base/assert.hpp"

namespace socketio::engine {

namespace {
// Below it, moving what is left to the front costs more than the room it wins.
constexpr std::size_t compact_from = 32;
}  // namespace

void SendQueue::push(MessageRef message) {
    bytes_ += message->bytes();
    packets_ += message->packets();
    messages_.push_back(std::move(message));
}

std::span<const MessageRef> SendQueue::messages() const noexcept {
    return {messages_.data() + head_, size()};
}

void SendQueue::pop_front(std::size_t count) noexcept {
    SOCKETIO_ASSERT(count <= size());
    for (; count > 0; --count) {
        auto& message = messages_[head_++];
        bytes_ -= message->bytes();
        packets_ -= message->packets();
        message = MessageRef();
        front_offset_ = 0;
    }
    settle();
}

void SendQueue::clear() noexcept {
    messages_.clear();
    messages_.shrink_to_fit();
    head_ = bytes_ = packets_ = front_offset_ = 0;
}

void SendQueue::consume_websocket(std::size_t count, WebSocketFormat format) noexcept {
    front_offset_ += count;
    std::size_t whole = 0;
    while (whole < size()) {
        const auto length = messages_[head_ + whole]->websocket_bytes(format).size();
        if (front_offset_ < length) break;
        front_offset_ -= length;
        ++whole;
    }
    const auto rest = front_offset_;
    SOCKETIO_ASSERT(rest == 0 || whole < size());
    pop_front(whole);
    front_offset_ = rest;
}

void SendQueue::shrink() noexcept {
    if (empty()) messages_.shrink_to_fit();
}

void SendQueue::settle() noexcept {
    if (empty()) {
        messages_.clear();
        head_ = 0;
    } else if (head_ >= compact_from && head_ * 2 >= messages_.size()) {
        messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
}

}  // namespace socketio::engine
