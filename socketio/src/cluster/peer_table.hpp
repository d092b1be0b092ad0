#pragma once
// Who else is in the cluster, by namespace: servers that were heard of. What they say is the only sign of life
// that all of them give; those that send heartbeats are dropped when they stop, the others when a question finds
// them silent. Lives on shard 0. I/O-free. WIRE.md B14.

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::cluster {

class PeerTable {
public:
    using Time = std::chrono::steady_clock::time_point;
    enum class Sign : unsigned char { message, heartbeat };

    /// Anybody may write names on a channel: no more than so many are kept of a namespace.
    static constexpr std::size_t peers_max = 10'000;

    void hear(std::string_view nsp, std::string_view uid, Time now, Sign sign = Sign::message);
    void forget(std::string_view nsp, std::string_view uid);
    void forget(std::string_view nsp);

    [[nodiscard]] std::size_t size(std::string_view nsp) const;
    [[nodiscard]] std::vector<std::string> names(std::string_view nsp) const;
    /// Those that mark_silent() found, and that have not been heard of since.
    [[nodiscard]] std::vector<std::string> silent(std::string_view nsp) const;
    /// Marks those that have not been heard of since then.
    void mark_silent(std::string_view nsp, Time since);
    /// Forgets silent ones, the longest first, until no more than `count` are left.
    void shrink(std::string_view nsp, std::size_t count);

    struct Dropped {
        std::string nsp;
        std::string uid;
    };
    /// Takes out those whose heartbeats have ended.
    [[nodiscard]] std::vector<Dropped> drop_overdue(Time now, std::chrono::milliseconds timeout);

private:
    struct Peer {
        Time heard;
        bool sends_heartbeats = false;
        bool is_silent = false;
    };
    using Peers = std::map<std::string, Peer, std::less<>>;

    [[nodiscard]] const Peers* find(std::string_view nsp) const;

    std::map<std::string, Peers, std::less<>> namespaces_;
};

}  // namespace socketio::cluster
