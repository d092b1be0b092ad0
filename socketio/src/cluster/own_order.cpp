// See own_order.hpp.
#include "cluster/own_order.hpp"

#include <algorithm>
#include <utility>

namespace socketio::cluster {
namespace {

const std::string& namespace_of_item(const OwnOrder::Item& item) {
    const auto* broadcast = std::get_if<ClusterBroadcast>(&item);
    return broadcast != nullptr ? broadcast->nsp : std::get<ClusterSurgery>(item).nsp;
}

}  // namespace

OwnOrder::OwnOrder(std::chrono::milliseconds wait_max, std::function<void(Item)> release)
    : wait_max_(wait_max), release_(std::move(release)) {}

void OwnOrder::add(Item item, EncodedEntry entry, Time now) {
    const Place place = is_late_ ? Place::unwritten : Place::unknown;
    waiting_.push_back({std::move(item), std::move(entry), now, place});
    release_placed();
}

void OwnOrder::add_unwritten(Item item, Time now) {
    waiting_.push_back({std::move(item), {}, now, Place::unwritten});
    release_placed();
}

void OwnOrder::settle(Ticket ticket, bool is_written) {
    // Any answer says that Redis is not silent any more.
    is_late_ = false;
    const auto number = static_cast<std::uint64_t>(ticket);
    if (is_written || number < first_) return;
    waiting_[number - first_].place = Place::unwritten;
    release_placed();
}

bool OwnOrder::on_entry(const EntryFields& fields, std::string_view offset) {
    // Redis is not silent: it has just said this.
    is_late_ = false;
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&fields](const Waiting& waiting) {
            return waiting.place == Place::unknown && waiting.entry.data == fields.data &&
                   waiting.entry.type == fields.type &&
                   namespace_of_item(waiting.item) == fields.nsp;
        });
    if (found == waiting_.end()) return false;
    // Those before it were sent before it, and were not taken: their answers say so soon.
    for (auto earlier = waiting_.begin(); earlier != found; ++earlier) {
        if (earlier->place == Place::unknown) earlier->place = Place::unwritten;
    }
    found->place = Place::read;
    auto* broadcast = std::get_if<ClusterBroadcast>(&found->item);
    if (broadcast != nullptr && !broadcast->flags.is_volatile) {
        broadcast->offset = std::string(offset);
    }
    release_placed();
    return true;
}

void OwnOrder::on_time(Time now) {
    if (waiting_.empty() || now - waiting_.front().since < wait_max_) return;
    is_late_ = true;
    for (Waiting& waiting : waiting_) {
        if (waiting.place == Place::unknown) waiting.place = Place::unwritten;
    }
    release_placed();
}

void OwnOrder::release_placed() {
    // What is released may add more, which waits for its turn.
    if (std::exchange(is_releasing_, true)) return;
    const std::weak_ptr<const bool> alive = alive_;
    while (!waiting_.empty() && waiting_.front().place != Place::unknown) {
        Item item = std::move(waiting_.front().item);
        waiting_.pop_front();
        ++first_;
        release_(std::move(item));
        if (alive.expired()) return;
    }
    is_releasing_ = false;
}

}  // namespace socketio::cluster
