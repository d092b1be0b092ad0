#include "engine/send_queue.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <iterator>

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

void SendQueue::push_to_backlog(MessageRef message) {
    auto& [messages, index] = backlog();
    const auto& key = message->content().conflate_key;
    if (index && !key.empty()) index->note(key, messages.size());
    messages.push_back(std::move(message));
}

SendQueue::Backlog& SendQueue::backlog() {
    if (backlog_) return *backlog_;
    backlog_ = std::make_unique<Backlog>();
    const auto own = std::span(own_places_).first(own_end_);
    backlog_->messages.assign(std::move_iterator(own.begin()), std::move_iterator(own.end()));
    own_end_ = 0;
    return *backlog_;
}

std::span<MessageRef> SendQueue::places() noexcept {
    if (backlog_) return backlog_->messages;
    return std::span(own_places_).first(own_end_);
}

bool SendQueue::replace_waiting(std::string_view key) noexcept {
    const auto place = find_key(key);
    if (place == nowhere) return false;
    take_out(place);
    return true;
}

bool SendQueue::drop_oldest() noexcept {
    auto& place = index().droppable_from;
    // What is being sent is not dropped later either: it leaves as a whole.
    const auto messages = places();
    for (; place < messages.size(); ++place) {
        if (is_waiting(place) && messages[place]->content().droppable) {
            take_out(place);
            return true;
        }
    }
    return false;
}

bool SendQueue::is_waiting(std::size_t place) noexcept {
    if (place < head_ || !places()[place]) return false;
    return place > head_ || front_offset_ == 0;
}

std::size_t SendQueue::find_key(std::string_view key) {
    const auto messages = places();
    const bool has_index = backlog_ && backlog_->index;
    if (!has_index && messages.size() - head_ <= searched_messages_max) {
        for (std::size_t place = messages.size(); place-- > head_;) {
            if (is_waiting(place) && messages[place]->content().conflate_key == key) {
                return place;
            }
        }
        return nowhere;
    }
    const auto& by_key = index().by_key;
    const auto found = by_key.find(key);
    return found != by_key.end() && is_waiting(found->second) ? found->second : nowhere;
}

SendQueue::Index& SendQueue::index() {
    auto& [messages, index] = backlog();
    if (index) return *index;
    index = std::make_unique<Index>();
    index->droppable_from = head_;
    for (std::size_t place = head_; place < messages.size(); ++place) {
        if (!messages[place]) continue;
        const auto& key = messages[place]->content().conflate_key;
        if (!key.empty()) index->note(key, place);
    }
    return *index;
}

void SendQueue::take_out(std::size_t place) noexcept {
    forget(place);
    settle();
}

/// Leaves a hole.
void SendQueue::forget(std::size_t place) noexcept {
    auto& message = places()[place];
    --size_;
    bytes_ -= message->bytes();
    packets_ -= static_cast<std::uint32_t>(message->packets());
    if (backlog_ && backlog_->index) {
        // A newer message may have taken its key over.
        auto& by_key = backlog_->index->by_key;
        const auto found = by_key.find(message->content().conflate_key);
        if (found != by_key.end() && found->second == place) by_key.erase(found);
    }
    message = MessageRef();
}

std::span<const MessageRef> SendQueue::messages() const noexcept {
    if (backlog_) return std::span<const MessageRef>(backlog_->messages).subspan(head_);
    return std::span(own_places_).first(own_end_).subspan(head_);
}

void SendQueue::clear() noexcept {
    *this = SendQueue();
}

void SendQueue::consume_websocket(std::size_t count, WebSocketFormat format) noexcept {
    front_offset_ += count;
    while (front_offset_ > 0) {
        SOCKETIO_ASSERT(!empty());
        const auto length = places()[head_]->websocket_bytes(format).size();
        if (front_offset_ < length) break;
        front_offset_ -= length;
        pop_front();
    }
    settle();
}

void SendQueue::consume_whole(std::size_t count) noexcept {
    front_offset_ = 0;
    const auto taken = places().subspan(head_, count);
    if (count == messages().size()) {
        // As nearly always: nothing is left to keep account of.
        for (auto& message : taken) message = MessageRef();
        bytes_ = size_ = packets_ = 0;
    } else {
        for (std::size_t place = head_; place < head_ + count; ++place) {
            if (places()[place]) forget(place);
        }
    }
    settle();
}

void SendQueue::pop_front() noexcept {
    forget(head_);
    const auto messages = places();
    while (head_ < messages.size() && !messages[head_]) ++head_;
}

void SendQueue::shrink() noexcept {
    if (empty()) backlog_.reset();
}

/// The front is no hole, and holes do not fill the queue.
void SendQueue::settle() noexcept {
    if (empty()) {
        if (backlog_) {
            backlog_->index.reset();
            backlog_->messages.clear();
        }
        head_ = own_end_ = 0;
        return;
    }
    const auto all = places();
    while (!all[head_]) ++head_;
    if (all.size() < compact_from || size_ * 2 >= all.size()) return;
    // Places change.
    auto& [messages, index] = *backlog_;
    index.reset();
    const auto is_hole = [](const MessageRef& message) { return !message; };
    messages.erase(std::remove_if(messages.begin(), messages.end(), is_hole), messages.end());
    head_ = 0;
}

}  // namespace socketio::engine
