#include "engine/backlog_watch.hpp"

#include "engine/session.hpp"

#include <utility>

namespace socketio::engine {

void BacklogWatch::add(Session& session) {
    watched_.insert(&session);
    if (!tick_.armed()) deadlines_.arm(tick_, deadlines_.now());
}

void BacklogWatch::forget(Session& session) noexcept {
    watched_.erase(&session);
    due_.erase(&session);
}

void BacklogWatch::on_tick(base::TimePoint) {
    // What handlers send now is looked at with the next tick, after it was written. They may end any session.
    std::swap(watched_, due_);
    while (!due_.empty()) {
        auto* session = *due_.begin();
        due_.erase(due_.begin());
        session->look_at_backlog();
    }
}

}  // namespace socketio::engine
