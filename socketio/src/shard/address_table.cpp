#include "shard/address_table.hpp"

#include <chrono>
#include <utility>

namespace socketio::shard {

AddressTable::Answer AddressTable::enter(AddressKey key, base::TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (connections_max_ != 0) {
        const auto found = connections_.find(key);
        if (found != connections_.end() && found->second >= connections_max_) {
            return Answer::too_many;
        }
    }
    if (connects_per_second_max_ != 0 && !rate_of(key, now).take(now)) return Answer::too_fast;
    if (connections_max_ != 0) ++connections_[key];
    return Answer::welcome;
}

void AddressTable::leave(AddressKey key) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = connections_.find(key);
    if (found != connections_.end() && --found->second == 0) connections_.erase(found);
}

std::size_t AddressTable::size() const {
    const std::lock_guard lock(mutex_);
    return connections_.size() + recent_rates_.size() + older_rates_.size();
}

base::TokenBucket& AddressTable::rate_of(AddressKey key, base::TimePoint now) {
    const bool is_over = now - second_began_ >= std::chrono::seconds(1);
    // Early when there are too many: those that are forgotten have had no more than a second's worth twice.
    if (is_over || recent_rates_.size() >= rates_max / 2) {
        older_rates_ = std::exchange(recent_rates_, {});
        second_began_ = now;
    }
    const auto known = older_rates_.find(key);
    const auto fresh = known != older_rates_.end()
                           ? known->second
                           : base::TokenBucket(connects_per_second_max_, now);
    return recent_rates_.try_emplace(key, fresh).first->second;
}

}  // namespace socketio::shard
