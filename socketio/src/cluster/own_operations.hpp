#pragma once
// This server's own joins, leaves and disconnects on their way through Redis: each is executed here once, in the
// order in which all servers see them, when Redis brings it back; or without Redis once that will not do so.
// Bounded; lives on shard 0.

#include "socketio/adapter.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::cluster {

class OwnOperations {
public:
    explicit OwnOperations(std::size_t max) noexcept : max_(max) {}

    /// Its number from 1 on; 0 when there are as many as may wait: the caller executes it.
    [[nodiscard]] std::uint64_t add(std::string channel, std::string message,
                                    ClusterSurgery surgery);
    /// Redis has it.
    void note_sent(std::uint64_t number);
    /// What is to be executed now; nothing when it was already.
    [[nodiscard]] std::optional<ClusterSurgery> take(std::uint64_t number);
    /// By its echo, whose bytes are those that were sent.
    [[nodiscard]] std::optional<ClusterSurgery> take_echo(std::string_view channel,
                                                          std::string_view message);
    /// Those that Redis had: of a subscription that was broken in between the echo may never come.
    [[nodiscard]] std::vector<ClusterSurgery> take_sent();
    /// All of them, sent or not: nothing comes back at present.
    [[nodiscard]] std::vector<ClusterSurgery> take_all();
    void clear() { entries_.clear(); }

private:
    struct Entry {
        std::uint64_t number = 0;
        std::string channel;
        std::string message;
        ClusterSurgery surgery;
        bool is_sent = false;
    };

    template <class Fits>
    [[nodiscard]] std::optional<ClusterSurgery> take_first(Fits fits);

    const std::size_t max_;
    std::uint64_t last_number_ = 0;
    std::deque<Entry> entries_;
};

}  // namespace socketio::cluster
