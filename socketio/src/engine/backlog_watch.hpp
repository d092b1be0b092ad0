#pragma once
// The sessions of a shard that may be behind: their queues outgrew Options::backlog_bytes within a turn, which
// says nothing until the turn's writes are done. So they are looked at with the next tick of the deadlines.
// Lives on one shard, beside the sessions' context.

#include "base/deadline_queue.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

namespace socketio::engine {

class Session;

class BacklogWatch {
public:
    explicit BacklogWatch(base::DeadlineQueue& deadlines) noexcept : deadlines_(deadlines) {}
    BacklogWatch(const BacklogWatch&) = delete;
    BacklogWatch& operator=(const BacklogWatch&) = delete;

    /// Session::look_at_backlog() is called once with the next tick, unless it is forgotten before.
    void add(Session& session);
    void forget(Session& session) noexcept;

private:
    using Sessions = boost::unordered_flat_set<Session*>;
    void on_tick(base::TimePoint now);

    base::DeadlineQueue& deadlines_;
    // Both keep their capacity: a client that takes its bursts costs no allocation.
    Sessions watched_;
    Sessions due_;  ///< Of this tick; empty between ticks.
    base::MemberDeadline<BacklogWatch, &BacklogWatch::on_tick> tick_{*this};
};

}  // namespace socketio::engine
