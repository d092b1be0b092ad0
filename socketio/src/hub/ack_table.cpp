#include "hub/ack_table.hpp"

#include "base/assert.hpp"

namespace socketio::hub {

void AckTable::add(std::uint64_t id, AckHandler handler, std::chrono::milliseconds timeout) {
    const auto [entry, is_new] = entries_.try_emplace(id);
    SOCKETIO_ASSERT(is_new);
    entry->second.handler = std::move(handler);
    if (timeout > std::chrono::milliseconds::zero()) {
        entry->second.timeout = std::make_unique<Timeout>(*this, id);
        deadlines_.arm_after(*entry->second.timeout, timeout);
    }
}

std::optional<AckHandler> AckTable::take(std::uint64_t id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return std::nullopt;
    auto handler = std::move(found->second.handler);
    entries_.erase(found);
    return handler;
}

std::optional<AckHandler> AckTable::take_oldest() {
    if (entries_.empty()) return std::nullopt;
    return take(entries_.begin()->first);
}

void AckTable::Timeout::on_deadline(base::TimePoint) {
    auto& table = table_;
    // This deadline goes with its entry.
    auto handler = table.take(id_);
    table.owner_.on_ack_timeout(*std::move(handler));
}

}  // namespace socketio::hub
