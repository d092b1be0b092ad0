// Server::Implementation and connection state recovery over an adapter that keeps sessions: what the hubs ask it,
// and its time to store what the last sockets left behind. All of it runs on shard 0.
#include "server/implementation.hpp"

#include <memory>
#include <string>
#include <utility>

namespace socketio {

namespace {

/// For sessions that are on their way when the last client has left, and how often it is looked.
constexpr base::Milliseconds sessions_time{1'000};
constexpr base::Milliseconds sessions_look_interval{10};

}  // namespace

void Server::Implementation::keep_session(const StoredSession& session,
                                          std::chrono::milliseconds duration) {
    if (adapter_runs_) options_.adapter->keep_session(session, duration);
}

void Server::Implementation::restore_session(const std::string& nsp, const std::string& pid,
                                             const std::string& offset, RestoreHandler done) {
    if (!adapter_runs_) return done(nullptr);
    options_.adapter->restore_session(
        nsp, pid, offset, [this, done = std::move(done)](std::unique_ptr<RestoredSession> found) {
            const auto guard = shards_[0].begin_work("a session that the adapter kept");
            done(std::move(found));
        });
}

void Server::Implementation::end_when_sessions_are_stored() {
    sessions_until_ = shards_[0].deadlines().now() + sessions_time;
    look_at_sessions(shards_[0].deadlines().now());
}

void Server::Implementation::look_at_sessions(base::TimePoint now) {
    const bool is_stored = !adapter_runs_ || options_.adapter->sessions_pending() == 0;
    if (is_stored || now >= sessions_until_) return end_connections();
    shards_[0].deadlines().arm_after(sessions_deadline_, sessions_look_interval);
}

}  // namespace socketio
