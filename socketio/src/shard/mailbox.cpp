#include "shard/mailbox.hpp"

namespace socketio::shard {

bool Mailbox::put(std::unique_ptr<Letter> letter) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    letters_.push_back(std::move(letter));
    return letters_.size() == 1;
}

std::vector<std::unique_ptr<Letter>> Mailbox::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(letters_, {});
}

void Mailbox::close() {
    // What a letter holds may write one on its way out.
    std::vector<std::unique_ptr<Letter>> unread;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    unread.swap(letters_);
}

}  // namespace socketio::shard
