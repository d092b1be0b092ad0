// See own_order.hpp.
#include "cluster/own_order.hpp"

#include <utility>

namespace socketio::cluster {

OwnOrder::OwnOrder(std::chrono::milliseconds wait_max, std::function<void(Item)> release)
    : wait_max_(wait_max), release_(std::move(release)) {}

OwnOrder::Ticket OwnOrder::add(Item item, Time now) {
    const auto ticket = Ticket{first_ + waiting_.size()};
    waiting_.push_back({std::move(item), now});
    // Those before it were released when Redis was found silent.
    if (is_late()) release_all();
    return ticket;
}

void OwnOrder::add_settled(Item item, Time now) {
    waiting_.push_back({std::move(item), now, true});
    release_settled();
}

void OwnOrder::settle(Ticket ticket, std::string offset) {
    const auto number = static_cast<std::uint64_t>(ticket);
    if (number < first_) {
        // Redis answers again, and all that was written later waits for its place as ever.
        unanswered_late_ = offset.empty() && unanswered_late_ > 0 ? unanswered_late_ - 1 : 0;
        return;
    }
    Waiting& waiting = waiting_[number - first_];
    waiting.is_settled = true;
    if (auto* broadcast = std::get_if<ClusterBroadcast>(&waiting.item)) {
        broadcast->offset = std::move(offset);
    }
    release_settled();
}

void OwnOrder::on_time(Time now) {
    if (!waiting_.empty() && now - waiting_.front().since >= wait_max_) release_all();
}

void OwnOrder::release_settled() {
    // What is released may add more, which waits for its turn.
    if (std::exchange(is_releasing_, true)) return;
    while (!waiting_.empty() && waiting_.front().is_settled) {
        Item item = std::move(waiting_.front().item);
        waiting_.pop_front();
        ++first_;
        release_(std::move(item));
    }
    is_releasing_ = false;
}

void OwnOrder::release_all() {
    for (Waiting& waiting : waiting_) {
        if (!std::exchange(waiting.is_settled, true)) ++unanswered_late_;
    }
    release_settled();
}

}  // namespace socketio::cluster
