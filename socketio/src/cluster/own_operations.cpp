// See own_operations.hpp.
#include "cluster/own_operations.hpp"

#include <algorithm>
#include <utility>

namespace socketio::cluster {

std::uint64_t OwnOperations::add(std::string channel, std::string message, ClusterSurgery surgery) {
    if (entries_.size() >= max_) return 0;
    entries_.push_back(
        Entry{++last_number_, std::move(channel), std::move(message), std::move(surgery), false});
    return last_number_;
}

void OwnOperations::note_sent(std::uint64_t number) {
    for (Entry& entry : entries_) {
        if (entry.number == number) entry.is_sent = true;
    }
}

template <class Fits>
std::optional<ClusterSurgery> OwnOperations::take_first(Fits fits) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), fits);
    if (found == entries_.end()) return std::nullopt;
    std::optional<ClusterSurgery> surgery(std::move(found->surgery));
    entries_.erase(found);
    return surgery;
}

std::optional<ClusterSurgery> OwnOperations::take(std::uint64_t number) {
    return take_first([number](const Entry& entry) { return entry.number == number; });
}

std::optional<ClusterSurgery> OwnOperations::take_echo(std::string_view channel,
                                                       std::string_view message) {
    return take_first([channel, message](const Entry& entry) {
        return entry.message == message && entry.channel == channel;
    });
}

std::vector<ClusterSurgery> OwnOperations::take_sent() {
    std::vector<ClusterSurgery> taken;
    for (Entry& entry : entries_) {
        if (entry.is_sent) taken.push_back(std::move(entry.surgery));
    }
    std::erase_if(entries_, [](const Entry& entry) { return entry.is_sent; });
    return taken;
}

std::vector<ClusterSurgery> OwnOperations::take_all() {
    std::vector<ClusterSurgery> taken;
    for (Entry& entry : std::exchange(entries_, {})) taken.push_back(std::move(entry.surgery));
    return taken;
}

}  // namespace socketio::cluster
