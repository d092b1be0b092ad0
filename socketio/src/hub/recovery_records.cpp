#include "hub/recovery_records.hpp"

#include "base/assert.hpp"

#include <iterator>
#include <utility>

namespace socketio::hub {

std::vector<Pid> RecoveryRecords::put(Record record) {
    const auto pid = record->pid;
    bytes_ += record->bytes;
    const auto place = records_.insert(records_.end(), std::move(record));
    const bool is_new = by_pid_.emplace(pid, place).second;
    SOCKETIO_ASSERT(is_new);
    std::vector<Pid> dropped;
    while (records_.size() > options_.sessions_max || bytes_ > options_.session_bytes_max) {
        dropped.push_back(take_out(records_.begin())->pid);
    }
    return dropped;
}

RecoveryRecords::Record RecoveryRecords::take(const Inquiry& inquiry) {
    const auto found = by_pid_.find(inquiry.pid);
    if (found == by_pid_.end()) return nullptr;
    const auto& session = **found->second;
    if (session.nsp != inquiry.nsp || session.format != inquiry.format) return nullptr;
    return take_out(found->second);
}

RecoveryRecords::Record RecoveryRecords::take_out(Records::iterator record) {
    auto taken = std::move(*record);
    records_.erase(record);
    by_pid_.erase(taken->pid);
    bytes_ -= taken->bytes;
    return taken;
}

std::vector<Pid> RecoveryRecords::drop_expired(base::TimePoint now) {
    std::vector<Pid> dropped;
    while (next_expiry() <= now) dropped.push_back(take_out(records_.begin())->pid);
    return dropped;
}

std::vector<Pid> RecoveryRecords::drop_of(std::string_view nsp) {
    std::vector<Pid> dropped;
    for (auto record = records_.begin(); record != records_.end();) {
        const auto next = std::next(record);
        if ((*record)->nsp == nsp) dropped.push_back(take_out(record)->pid);
        record = next;
    }
    return dropped;
}

}  // namespace socketio::hub
