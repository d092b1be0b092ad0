#include "hub/arrival_log.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <string>

namespace socketio::hub {

namespace {

[[nodiscard]] std::size_t names_bytes(const Audience& audience) {
    std::size_t sum = 0;
    for (const auto* names : {&audience.rooms, &audience.except}) {
        for (const auto& name : *names) sum += sizeof(std::string) + name.size();
    }
    return sum;
}

}  // namespace

ArrivalLog::Position ArrivalLog::open() {
    wanted_.insert(end());
    return end();
}

void ArrivalLog::close(Position position) {
    const auto found = wanted_.find(position);
    SOCKETIO_ASSERT(found != wanted_.end());
    wanted_.erase(found);
    // Nobody looks back further than the first who waits.
    const auto needed = wanted_.empty() ? end() : *wanted_.begin();
    while (begin_ < needed && !entries_.empty()) drop_oldest();
}

void ArrivalLog::append(const NamespaceState& nsp, const Delivery& delivery) {
    const auto bytes = delivery.contents.bytes() + names_bytes(delivery.audience);
    entries_.push_back(
        {&nsp, delivery.audience, *delivery.adapter_offset, delivery.contents, bytes});
    bytes_ += bytes;
    while (entries_.size() > packets_max_ || bytes_ > bytes_max_) drop_oldest();
}

void ArrivalLog::drop_oldest() {
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
    ++begin_;
}

bool ArrivalLog::is_for(const Audience& audience, Position position,
                        std::span<const RecoveryLog::Stay> stays) noexcept {
    const auto is_in = [&](const std::string& room) {
        return std::any_of(stays.begin(), stays.end(), [&](const RecoveryLog::Stay& stay) {
            return stay.since <= position && stay.room == room;
        });
    };
    if (std::any_of(audience.except.begin(), audience.except.end(), is_in)) return false;
    return audience.rooms.empty() ||
           std::any_of(audience.rooms.begin(), audience.rooms.end(), is_in);
}

bool ArrivalLog::collect(const NamespaceState& nsp, std::span<const RecoveryLog::Stay> stays,
                         Position from, const std::optional<wire::ClusterOffset>& behind,
                         const RecoveryLog::Reader& reader,
                         std::vector<engine::ContentRef>& packets) const {
    // What its bounds took out may have been for it.
    if (from < begin_) return false;
    std::size_t bytes = 0;
    std::size_t count = 0;
    for (auto position = from; position < end(); ++position) {
        const auto& entry = entries_[static_cast<std::size_t>(position - begin_)];
        if (entry.nsp != &nsp || (behind && entry.offset <= *behind)) continue;
        if (!is_for(entry.audience, position, stays)) continue;
        const auto& content = entry.contents.of({reader.format, true});
        bytes += content->bytes();
        count += content->packets();
        if (bytes > reader.bytes_max || count > reader.packets_max) return false;
        packets.push_back(content);
    }
    return true;
}

}  // namespace socketio::hub
