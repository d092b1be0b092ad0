#pragma once
// One shard's network: its connections, its Engine.IO services, its answers in waiting. Lives on one
// shard, but for adopt() and the like, which are reached by letter.

#include "shard/shard_group.hpp"
#include "socketio/adoption.hpp"
#include "transport/connection.hpp"
#include "transport/engine_service.hpp"
#include "transport/exchange_table.hpp"
#include "transport/poll_bodies.hpp"
#include "transport/readiness.hpp"
#include "transport/routes.hpp"
#include "transport/write_turn.hpp"
#include "wire/websocket_deflate.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace socketio::transport {

class Network;

class TransportShard {
public:
    TransportShard(Network& network, shard::Shard& shard);
    ~TransportShard();

    [[nodiscard]] shard::Shard& shard() noexcept { return shard_; }
    [[nodiscard]] Network& network() noexcept { return network_; }
    [[nodiscard]] const Options& options() const noexcept { return shard_.options(); }
    [[nodiscard]] const base::Log& log() const noexcept { return shard_.log(); }
    [[nodiscard]] ReadinessSet& readiness() noexcept { return readiness_; }
    [[nodiscard]] WriteTurn& writes() noexcept { return writes_; }
    [[nodiscard]] PollBodies& poll_bodies() noexcept { return poll_bodies_; }
    [[nodiscard]] ExchangeTable& exchanges() noexcept { return exchanges_; }
    /// One for each endpoint, in the routes' order.
    [[nodiscard]] EngineService& service(std::size_t endpoint) noexcept {
        return *services_[endpoint];
    }
    /// Shared by all connections of the shard; its content is valid during one on_bytes().
    [[nodiscard]] std::span<char> read_buffer() noexcept { return read_buffer_; }
    /// For the WebSockets whose clients took permessage-deflate.
    [[nodiscard]] wire::Deflater& deflater() noexcept { return deflater_; }
    [[nodiscard]] wire::Inflater& inflater() noexcept { return inflater_; }
    /// The Date header, made once a second.
    [[nodiscard]] std::string_view date();

    /// A connection that was accepted for this shard.
    void adopt(shard::UniqueFd fd);
    /// A connection that the application accepted for this shard; `bytes` were read already.
    void adopt_handed_over(shard::UniqueFd fd, std::string bytes, Tenure tenure);
    /// A connection that asked for a session of this shard: `request` is its upgrade, `bytes` what came
    /// after it.
    void adopt_upgrade(shard::UniqueFd fd, std::string bytes, std::size_t endpoint,
                       HttpRequest request);

    // ---- For Connection ------------------------------------------------------------------------
    void enter(Connection& connection);
    void leave(Connection& connection);

    /// Says goodbye to everyone; connections go as their last words are read.
    void shut_down();
    [[nodiscard]] bool empty() const noexcept { return connections_.empty(); }
    /// Drops what is left.
    void close_all();
    /// Ends all waits in the event loop. There are no connections any more.
    void stop_waiting() { readiness_.stop(); }

private:
    Network& network_;
    shard::Shard& shard_;
    ReadinessSet readiness_;
    WriteTurn writes_;
    PollBodies poll_bodies_;
    ExchangeTable exchanges_;
    std::vector<std::unique_ptr<EngineService>> services_;
    boost::intrusive::list<Connection> connections_;
    std::vector<char> read_buffer_;
    wire::Deflater deflater_;
    wire::Inflater inflater_;
    std::string date_;
    std::int64_t date_second_ = -1;
};

/// All shards' networks. Immutable after it is made; any thread.
class Network {
public:
    Network(shard::ShardGroup& shards, const Routes& routes);
    ~Network();

    [[nodiscard]] shard::ShardGroup& shards() noexcept { return shards_; }
    [[nodiscard]] const Routes& routes() const noexcept { return routes_; }
    [[nodiscard]] TransportShard& operator[](unsigned shard) noexcept { return *parts_[shard]; }
    /// Expires first of all when it is destroyed.
    [[nodiscard]] std::weak_ptr<const void> lifeline() const noexcept { return lifeline_; }

private:
    shard::ShardGroup& shards_;
    const Routes& routes_;
    std::vector<std::unique_ptr<TransportShard>> parts_;
    std::shared_ptr<const void> lifeline_ = std::make_shared<char>();
};

}  // namespace socketio::transport
