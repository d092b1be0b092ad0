#include "engine/send_queue.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace socketio::engine {

namespace {
// Below it, moving what is left to the front costs more than the room it wins.
constexpr std::size_t compact_from = 32;
constexpr std::size_t searched_messages_max = 32;
constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
}  // namespace

void SendQueue::Index::note(std::string_view key, std::size_t place) {
    // Not by assignment, which would keep the text of an older message that may go before this one.
    by_key.erase(key);
    by_key.emplace(key, place);
}

void SendQueue::push(MessageRef message) {
    ++size_;
    bytes_ += message->bytes();
    packets_ += static_cast<std::uint32_t>(message->packets());
    const auto& key = message->content().conflate_key;
    if (index_ && !key.empty()) index_->note(key, messages_.size());
    messages_.push_back(std::move(message));
}

bool SendQueue::replace(const Message& newer) noexcept {
    const auto& key = newer.content().conflate_key;
    if (key.empty() || empty()) return false;
    const auto place = find_key(key);
    if (place == nowhere) return false;
    take_out(place);
    return true;
}

bool SendQueue::drop_oldest() noexcept {
    auto& place = index().droppable_from;
    // What is being sent is not dropped later either: it leaves as a whole.
    for (; place < messages_.size(); ++place) {
        if (is_waiting(place) && messages_[place]->content().droppable) {
            take_out(place);
            return true;
        }
    }
    return false;
}

bool SendQueue::is_waiting(std::size_t place) const noexcept {
    if (place < head_ || !messages_[place]) return false;
    return place > head_ || front_offset_ == 0;
}

std::size_t SendQueue::find_key(std::string_view key) {
    if (!index_ && messages_.size() - head_ <= searched_messages_max) {
        for (std::size_t place = messages_.size(); place-- > head_;) {
            if (is_waiting(place) && messages_[place]->content().conflate_key == key) {
                return place;
            }
        }
        return nowhere;
    }
    const auto& places = index().by_key;
    const auto found = places.find(key);
    return found != places.end() && is_waiting(found->second) ? found->second : nowhere;
}

SendQueue::Index& SendQueue::index() {
    if (index_) return *index_;
    index_ = std::make_unique<Index>();
    index_->droppable_from = head_;
    for (std::size_t place = head_; place < messages_.size(); ++place) {
        if (!messages_[place]) continue;
        const auto& key = messages_[place]->content().conflate_key;
        if (!key.empty()) index_->note(key, place);
    }
    return *index_;
}

void SendQueue::take_out(std::size_t place) noexcept {
    forget(place);
    settle();
}

/// Leaves a hole.
void SendQueue::forget(std::size_t place) noexcept {
    auto& message = messages_[place];
    --size_;
    bytes_ -= message->bytes();
    packets_ -= static_cast<std::uint32_t>(message->packets());
    if (index_) {
        // A newer message may have taken its key over.
        const auto found = index_->by_key.find(message->content().conflate_key);
        if (found != index_->by_key.end() && found->second == place) index_->by_key.erase(found);
    }
    message = MessageRef();
}

std::span<const MessageRef> SendQueue::messages() const noexcept {
    return {messages_.data() + head_, messages_.size() - head_};
}

void SendQueue::clear() noexcept {
    index_.reset();
    messages_.clear();
    messages_.shrink_to_fit();
    bytes_ = front_offset_ = 0;
    head_ = size_ = packets_ = 0;
}

void SendQueue::consume_websocket(std::size_t count, WebSocketFormat format) noexcept {
    front_offset_ += count;
    while (front_offset_ > 0) {
        SOCKETIO_ASSERT(!empty());
        const auto length = messages_[head_]->websocket_bytes(format).size();
        if (front_offset_ < length) break;
        front_offset_ -= length;
        pop_front();
    }
    settle();
}

void SendQueue::pop_front() noexcept {
    forget(head_);
    while (head_ < messages_.size() && !messages_[head_]) ++head_;
}

void SendQueue::shrink() noexcept {
    if (empty()) messages_.shrink_to_fit();
}

/// The front is no hole, and holes do not fill the queue.
void SendQueue::settle() noexcept {
    if (empty()) {
        index_.reset();
        messages_.clear();
        head_ = 0;
        return;
    }
    while (!messages_[head_]) ++head_;
    if (messages_.size() < compact_from || size_ * 2 >= messages_.size()) return;
    // Places change.
    index_.reset();
    const auto is_hole = [](const MessageRef& message) { return !message; };
    messages_.erase(std::remove_if(messages_.begin(), messages_.end(), is_hole), messages_.end());
    head_ = 0;
}

}  // namespace socketio::engine
