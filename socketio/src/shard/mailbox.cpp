#include "shard/mailbox.hpp"

namespace socketio::shard {

bool Mailbox::put(std::unique_ptr<Letter> letter) {
    const std::lock_guard lock(mutex_);
    letters_.push_back(std::move(letter));
    return letters_.size() == 1;
}

std::vector<std::unique_ptr<Letter>> Mailbox::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(letters_, {});
}

}  // namespace socketio::shard
