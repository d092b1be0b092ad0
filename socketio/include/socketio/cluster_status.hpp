#pragma once
// How a server's connection to its cluster is, for metrics and operators. A value; any thread.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace socketio {

struct ClusterStatus {
    /// "classic", "sharded", "streams", "local"; empty without an adapter.
    std::string adapter;
    /// This server's name among the others.
    std::string name;
    /// All of its connections are up and everything is subscribed: what others send arrives.
    bool is_reached = false;
    /// Other servers, as far as is known.
    std::size_t servers = 0;

    // ---- Since the start: these only grow ------------------------------------------------------
    std::uint64_t published = 0;
    /// Never reached the others, or nobody knows: an outage, a full queue, an ACL.
    std::uint64_t lost = 0;
    /// Not published: nobody else was there.
    std::uint64_t spared = 0;
    /// Messages of others that were acted on.
    std::uint64_t received = 0;
    /// Own echoes, which are not decoded.
    std::uint64_t own = 0;
    /// Well-formed, but not for this server: a room without members, another namespace, an answer that nobody
    /// waits for.
    std::uint64_t passed_over = 0;
    /// No message of this protocol, or too large: skipped.
    std::uint64_t rejected = 0;
    /// Times that the cluster could not be reached any more.
    std::uint64_t outages = 0;
};

/// Told that the cluster can be reached, or not any more; `text` says why, without a password.
using ClusterStateHandler = std::function<void(bool is_reached, const std::string& text)>;

}  // namespace socketio
