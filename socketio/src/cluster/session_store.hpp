#pragma once
// Sessions of sockets that left, as keys that expire, and what they have missed since, from the stream of their
// namespace. Lives on shard 0, beside its Deployment. WIRE.md B13.
//
// Each read begins with the entry that was read last. When that is not there any more, the stream was cut in the
// meantime, and the session is not restored: it would have a gap that nobody knows of.

#include "cluster/codec/stored_session.hpp"
#include "cluster/codec/stream_id.hpp"
#include "cluster/stream_reply.hpp"
#include "socketio/adapter.hpp"
#include <redis/deployment.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace socketio::cluster {

struct SessionStoreOptions {
    std::string key_prefix = {};
    /// Of what one client has missed.
    std::size_t bytes_max = 0;
    /// As few as that an answer has room for large ones: one that is too large ends the connection.
    std::size_t entries_per_call = 100;
    std::size_t calls_max = 1'000;
    /// That are being restored: a server that restarts brings back all its clients at once.
    std::size_t restores_max = 10'000;
};

class SessionStore {
public:
    SessionStore(redis::Deployment& redis, SessionStoreOptions options);
    SessionStore(const SessionStore&) = delete;
    SessionStore& operator=(const SessionStore&) = delete;

    /// Of what Redis refuses.
    std::function<void(std::string_view server_text)> on_refused;

    void keep(const StoredSession& session, std::chrono::milliseconds duration);
    /// Those that Redis has not confirmed yet.
    [[nodiscard]] std::size_t pending() const noexcept { return pending_; }
    /// `redis` is what the stream is read with: behind its reader's first command nothing is missed between the
    /// two. `done` is called once, or never when the store is gone first.
    void restore(redis::Deployment& redis, const std::string& nsp, const std::string& stream,
                 const std::string& pid, const std::string& offset, RestoreHandler done);

private:
    struct Restore {
        redis::Deployment& redis;
        std::string nsp;
        std::string stream;
        std::string pid;
        /// The last entry that was read.
        StreamId at;
        RestoreHandler done;
        std::unique_ptr<RestoredSession> restored = nullptr;
        /// Those of `restored`.
        RoomNames rooms = {};
        std::size_t bytes = 0;
        std::size_t calls = 0;
    };
    /// Kept by the command that it waits for.
    using Pointer = std::shared_ptr<Restore>;

    void check_offset(const Pointer& restore);
    void take_session(const Pointer& restore);
    void read_missed(const Pointer& restore);
    void on_missed(const Pointer& restore, const redis::Reply& reply);
    /// False when it is too much.
    [[nodiscard]] bool take_missed(Restore& restore, const StreamEntry& entry) const;
    void finish(const Pointer& restore, bool is_restored);
    /// One command for a restore. `next` is not called when it fails: then the restore has.
    void ask(const Pointer& restore, std::string_view key,
             std::initializer_list<std::string_view> arguments,
             std::function<void(const redis::Reply&)> next);

    redis::Deployment& redis_;
    const SessionStoreOptions options_;
    std::size_t pending_ = 0;
    std::size_t restores_ = 0;
    std::shared_ptr<const char> life_ = std::make_shared<const char>('\0');
};

}  // namespace socketio::cluster
