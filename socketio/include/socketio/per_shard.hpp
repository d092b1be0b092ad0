#pragma once
// One T for each shard, so that handlers of different shards never touch the same one.

#include "socketio/server.hpp"

#include <cstddef>
#include <vector>

namespace socketio {

/// Make it before run(); each handler then uses local().
template <class T>
class PerShard {
public:
    explicit PerShard(const Server& server) : server_(&server), slots_(server.shards()) {}

    /// The calling shard's own. Only on a shard's thread.
    [[nodiscard]] T& local() { return slots_.at(server_->current_shard()).value; }
    /// Any shard's, for when the others are known to be still: before run() or after it.
    [[nodiscard]] T& at(std::size_t shard) { return slots_.at(shard).value; }
    [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }

private:
    // A cache line each: neighbours are written by different cores.
    struct alignas(64) Slot {
        T value{};
    };

    const Server* server_;
    std::vector<Slot> slots_;
};

}  // namespace socketio
