#pragma once
// What this server has written to its stream and does itself once Redis says where it stands there: in the order in
// which it was written, whatever fails. When Redis is silent for too long, all is done at once, without an offset,
// until it answers again. Lives on shard 0. I/O-free: time is passed in.

#include "socketio/adapter.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <variant>

namespace socketio::cluster {

class OwnOrder {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Item = std::variant<ClusterBroadcast, ClusterSurgery>;
    enum class Ticket : std::uint64_t {};

    /// `release` does what its turn has come for; a broadcast then has its offset, if it got one. It may call add().
    OwnOrder(std::chrono::milliseconds wait_max, std::function<void(Item)> release);

    /// It has been written; settle() says what came of it.
    [[nodiscard]] Ticket add(Item item, Time now);
    /// It will not be written.
    void add_settled(Item item, Time now);
    /// `offset` is empty when it was not written.
    void settle(Ticket ticket, std::string offset);
    /// Redis has been silent for too long: releases all.
    void on_time(Time now);

    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

private:
    struct Waiting {
        Item item;
        Time since;
        bool is_settled = false;
    };
    [[nodiscard]] bool is_late() const noexcept { return unanswered_late_ > 0; }
    void release_settled();
    void release_all();

    const std::chrono::milliseconds wait_max_;
    const std::function<void(Item)> release_;
    std::deque<Waiting> waiting_;
    /// The ticket of the first that waits.
    std::uint64_t first_ = 0;
    /// Released without their answers, which are still to come.
    std::uint64_t unanswered_late_ = 0;
    bool is_releasing_ = false;
};

}  // namespace socketio::cluster
