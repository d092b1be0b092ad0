#include "server/drain.hpp"

#include <algorithm>
#include <chrono>

namespace socketio {

namespace {

// Clients that have left may take this long to fetch their last words, and answers under way to leave.
constexpr base::Milliseconds goodbye_time{1'000};
constexpr base::Milliseconds look_interval{10};
// Each calls handlers of the application: that many do not hold up the shard.
constexpr std::size_t leaves_per_look_max = 1'024;

}  // namespace

void Drain::begin(base::Milliseconds window) {
    network_.begin_drain();
    clients_ = network_.sessions();
    window_ = window;
    began_ = shard_.deadlines().now();
    look(began_);
}

void Drain::hurry() {
    window_ = {};
}

void Drain::end() {
    ending_ = true;
    network_.shut_down();
    until_ = shard_.deadlines().now() + goodbye_time;
    look(shard_.deadlines().now());
}

void Drain::look(base::TimePoint now) {
    if (ending_) {
        look_at_connections(now);
    } else {
        look_at_clients(now);
    }
}

void Drain::look_at_clients(base::TimePoint now) {
    let_clients_go(now);
    const bool all_left = left_ == clients_.size();
    if (all_left) until_ = std::min(until_, now + goodbye_time);
    const bool all_heard = !network_.has_polling_clients() || now >= until_;
    if (all_heard) pass(Milestone::no_polling_clients);
    if (all_heard && all_left) return pass(Milestone::no_clients);
    shard_.deadlines().arm_after(look_again_, look_interval);
}

void Drain::let_clients_go(base::TimePoint now) {
    const auto passed = now - began_;
    auto due = clients_.size();
    if (passed < window_) {
        const auto share = std::chrono::duration<double>(passed) / window_;
        due = static_cast<std::size_t>(share * static_cast<double>(due));
    }
    due = std::min(due, left_ + leaves_per_look_max);
    for (; left_ < due; ++left_) network_.shut_down(clients_[left_]);
}

void Drain::look_at_connections(base::TimePoint now) {
    if (!network_.empty() && now < until_) {
        shard_.deadlines().arm_after(look_again_, look_interval);
        return;
    }
    network_.close_all();
    shard_.stop();
}

void Drain::pass(Milestone milestone) {
    // Once each, in their order.
    if (passed_ > static_cast<std::size_t>(milestone)) return;
    passed_ = static_cast<std::size_t>(milestone) + 1;
    reached_(milestone);
}

}  // namespace socketio
