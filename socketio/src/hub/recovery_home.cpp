#include "hub/recovery_home.hpp"

#include <utility>

namespace socketio::hub {

RecoveryHome::Direction RecoveryHome::direct(const Inquiry& inquiry, bool is_here) {
    const auto found = away_.find(inquiry.pid);
    if (found == away_.end()) {
        // It will leave this shard, if the answer is not nothing.
        if (is_here && inquiry.asker.shard != shard_) {
            away_.emplace(inquiry.pid, Away{inquiry.asker.shard, inquiry.asker, std::nullopt});
        }
        return {shard_, std::nullopt};
    }
    auto& away = found->second;
    if (!away.transit) {
        away.transit = inquiry.asker;
        return {away.shard, std::nullopt};
    }
    if (!away.waiting) {
        away.waiting = inquiry;
        return {};
    }
    // The newest connection wins; one between is too late.
    if (inquiry.asked_at < away.waiting->asked_at) return {std::nullopt, inquiry};
    return {std::nullopt, std::exchange(*away.waiting, inquiry)};
}

std::optional<Inquiry> RecoveryHome::settle(const Pid& pid, const InquiryTicket& ticket,
                                            std::optional<unsigned> place) {
    const auto found = away_.find(pid);
    // Those that were too late settle as well, and never had it.
    if (found == away_.end() || found->second.transit != ticket) return std::nullopt;
    auto waiting = std::exchange(found->second.waiting, std::nullopt);
    if (!place || *place == shard_) {
        away_.erase(found);
    } else {
        found->second.shard = *place;
        found->second.transit.reset();
    }
    return waiting;
}

void RecoveryHome::forget(const Pid& pid, unsigned shard) {
    const auto found = away_.find(pid);
    if (found == away_.end()) return;
    // While it is under way, who asked says in the end where it is.
    if (!found->second.transit && found->second.shard == shard) away_.erase(found);
}

}  // namespace socketio::hub
