#pragma once
// The way in for connections that the application accepted, with what it has read of them. As the listener, it
// gives each to the shard that has the fewest; unlike it, it says what became of them. Any thread.

#include "shard/gate.hpp"
#include "shard/unique_fd.hpp"
#include "socketio/adoption.hpp"
#include "transport/transport_shard.hpp"

#include <string>

namespace socketio::transport {

class HandOver {
public:
    explicit HandOver(shard::ShardGroup& shards) noexcept : shards_(shards) {}

    /// Before any shard reads its mail: connections that came earlier wait in it.
    void start(Network& network) noexcept { network_ = &network; }
    /// Nothing is taken any more. Shard 0.
    void stop() noexcept { gate_.close(); }

    /// Handlers are called later, never inside this call.
    [[nodiscard]] Adoption take(shard::UniqueFd fd, std::string bytes, Tenure tenure);

private:
    [[nodiscard]] Adoption check(const shard::UniqueFd& fd, const std::string& bytes);
    [[nodiscard]] const Options& options() const noexcept { return shards_[0].options(); }

    shard::ShardGroup& shards_;
    Network* network_ = nullptr;  ///< Since start(); read by the shards alone.
    shard::Gate gate_;
};

}  // namespace socketio::transport
