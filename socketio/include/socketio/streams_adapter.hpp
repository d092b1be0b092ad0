#pragma once
// Joins servers through a Redis stream, as @socket.io/redis-streams-adapter 0.3 does: C++ and Node servers may
// share one. What was sent during a short outage of Redis or of a connection to it arrives afterwards, and a
// client that comes back is brought up to date by any server (Options::connection_state_recovery).
// docs/cluster.md.

#include "socketio/adapter.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace socketio {

/// Names in brackets are Node's; those of the first four must be the same on all servers.
struct StreamsAdapterOptions {
    /// As RedisAdapterOptions::url, of a Redis 6.2 or later.
    std::string url = "redis://127.0.0.1:6379";
    /// The stream's key (streamName).
    std::string stream_name = "socket.io";
    /// More than one: a namespace's stream is `<stream_name>-<n>`, by a hash of its name (streamCount). The hash
    /// of Node's package is negative for many names, which then are in a stream that no server reads:
    /// Server::run() throws std::invalid_argument for such a namespace, and one that is opened later is not joined
    /// with those of other servers, which is logged as an error.
    int stream_count = 1;
    /// What the channels of questions and answers, which no stream keeps, begin with (channelPrefix). Not that of
    /// a classic adapter on the same Redis.
    std::string channel_prefix = "socket.io";
    /// These channels are those of Redis 7 (useShardedPubSub).
    bool sharded_channels = false;

    /// The stream is cut to about so many entries (maxLen): the longest outage, and the longest absence of a
    /// client, is the time in which they are written.
    std::size_t stream_entries_max = 10'000;
    /// Entries that are read at once (readCount).
    std::size_t read_entries_max = 100;
    /// For how long Redis holds a read when there is nothing (blockTimeInMs). At most 10 s: the connection is
    /// taken for dead when it is silent for longer.
    std::chrono::milliseconds block_time{5'000};
    /// What the keys of sessions begin with (sessionKeyPrefix).
    std::string session_key_prefix = "sio:session:";
    /// Events that a client has missed, of which one call of Redis reads many: a client that missed more than this
    /// gets none of them and a new session.
    std::size_t restore_bytes_max = 8 * 1024 * 1024;

    /// A server that has nothing to say says so (heartbeatInterval), and one that was not heard of for the timeout
    /// is not waited for any more (heartbeatTimeout). Node's servers do not send any since 0.3: they are asked.
    std::chrono::milliseconds heartbeat_interval{5'000};
    std::chrono::milliseconds heartbeat_timeout{10'000};

    /// A broadcast is delivered here once Redis has given it its place. When that takes longer than this, Redis is
    /// held for frozen: until it answers, and while it is away, broadcasts are delivered here at once, and a
    /// client that comes back may see one of them twice.
    std::chrono::milliseconds delivery_wait{1'000};

    /// As those of ShardedAdapterOptions.
    std::size_t message_bytes_max = 16 * 1024 * 1024;
    std::size_t pending_messages_max = 20'000;
    std::size_t pending_bytes_max = 32 * 1024 * 1024;
};

/// For Options::adapter. While Redis is away the server goes on alone; log and errors as redis_adapter()'s. Throws
/// std::invalid_argument for a bad URL, stream_count, read_entries_max or block_time.
[[nodiscard]] std::shared_ptr<Adapter> streams_adapter(StreamsAdapterOptions options = {});
[[nodiscard]] std::shared_ptr<Adapter> streams_adapter(std::string url);

}  // namespace socketio
