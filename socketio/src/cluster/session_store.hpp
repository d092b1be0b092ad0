#pragma once
// Sessions of sockets that left, as keys that expire, and what they have missed since, from the stream of their
// namespace. Lives on shard 0, beside its Deployment. WIRE.md B13.
//
// A restored socket must get every event once. What it missed is read up to the end of the stream, E. Events after E
// reach it as they reach all sockets, events up to E must not: so the session is handed over between the delivery of
// E in this process and that of what follows. When the reader is ahead of E, more is read; when it is behind, the
// session waits for it.
//
// Each read begins with the entry that was read last. When that is not there any more, the stream was cut in the
// meantime, and the session is not restored: it would have a gap that nobody knows of.

#include "cluster/codec/stream_id.hpp"
#include "cluster/stream_reply.hpp"
#include "socketio/adapter.hpp"
#include <redis/deployment.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio::cluster {

struct SessionStoreOptions {
    std::string key_prefix;
    /// Of what one client has missed.
    std::size_t bytes_max = 0;
    std::size_t entries_per_call = 1'000;
    std::size_t calls_max = 100;
    /// That are being restored: a server that restarts brings back all its clients at once.
    std::size_t restores_max = 10'000;
};

class SessionStore {
public:
    SessionStore(redis::Deployment& redis, SessionStoreOptions options);
    SessionStore(const SessionStore&) = delete;
    SessionStore& operator=(const SessionStore&) = delete;

    /// Set before use: how far a stream has been delivered here; nothing while it cannot be read.
    std::function<std::optional<StreamId>(const std::string& stream)> position_of;

    void keep(const StoredSession& session, std::chrono::milliseconds duration);
    /// `done` is called once, or never when the store is gone first.
    void restore(const std::string& nsp, const std::string& stream, const std::string& pid,
                 const std::string& offset, RestoreHandler done);

    /// A stream has been delivered here up to and with that entry.
    void on_passed(const std::string& stream, const StreamId& id);
    /// It cannot be read for now.
    void on_reader_failed(const std::string& stream);
    /// A broadcast of this server was delivered here.
    void on_own_delivered(const ClusterBroadcast& broadcast);

private:
    struct Restore {
        std::string nsp;
        std::string stream;
        /// The last entry that was read.
        StreamId at;
        RestoreHandler done;
        std::unique_ptr<RestoredSession> restored = nullptr;
        /// Delivered here while the session was on its way, not yet in what was read.
        std::vector<ClusterBroadcast> late = {};
        std::size_t bytes = 0;
        std::size_t calls = 0;
        bool waits_for_reader = false;
    };
    /// Stays where it is until finish().
    using Restores = std::list<Restore>;
    using Id = Restores::iterator;

    void check_offset(Id restore, const std::string& pid);
    void take_session(Id restore, const std::string& pid);
    void read_missed(Id restore);
    void on_missed(Id restore, boost::system::error_code ec, const redis::Reply& reply);
    /// False when it is too much.
    [[nodiscard]] bool take_missed(Restore& restore, const StreamEntry& entry) const;
    void hand_over(Id restore);
    void finish(Id restore, bool is_restored);

    redis::Deployment& redis_;
    const SessionStoreOptions options_;
    Restores restores_;
    std::shared_ptr<const char> life_ = std::make_shared<const char>('\0');
};

}  // namespace socketio::cluster
