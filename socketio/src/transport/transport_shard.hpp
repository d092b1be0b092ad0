#pragma once
// One shard's network: its connections, its Engine.IO services, its answers in waiting. Lives on one
// shard, but for adopt() and the like, which are reached by letter.

#include "shard/address_table.hpp"
#include "shard/shard_group.hpp"
#include "socketio/adoption.hpp"
#include "transport/address_gate.hpp"
#include "transport/admission_desk.hpp"
#include "transport/connection.hpp"
#include "transport/engine_service.hpp"
#include "transport/entrance.hpp"
#include "transport/exchange_table.hpp"
#include "transport/poll_bodies.hpp"
#include "transport/readiness.hpp"
#include "transport/routes.hpp"
#include "transport/tls_handshakes.hpp"
#include "transport/write_turn.hpp"
#include "wire/client_address.hpp"
#include "wire/websocket_deflate.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace socketio::transport {

class Network;

struct SessionName {
    std::size_t endpoint = 0;
    std::string sid;
};

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
    [[nodiscard]] TlsHandshakes& handshakes() noexcept { return handshakes_; }
    [[nodiscard]] PollBodies& poll_bodies() noexcept { return poll_bodies_; }
    [[nodiscard]] ExchangeTable& exchanges() noexcept { return exchanges_; }
    [[nodiscard]] AddressGate& address_gate() noexcept { return address_gate_; }
    [[nodiscard]] AdmissionDesk& admissions() noexcept { return admissions_; }
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

    /// What connections go through that come from now on.
    void set_entrances(std::vector<Entrance> entrances) { entrances_ = std::move(entrances); }
    /// A connection that was accepted for this shard; it came through that entrance.
    void adopt(ReleasedSocket socket, std::size_t entrance);
    /// A connection that the application accepted for this shard; `bytes` were read already.
    void adopt_handed_over(shard::UniqueFd fd, std::string bytes, Tenure tenure);
    /// A connection that asked for a session of this shard: `request` is its upgrade, `bytes` what came
    /// after it.
    void adopt_upgrade(ReleasedSocket socket, std::string bytes, std::size_t endpoint,
                       HttpRequest request);
    /// The one place where a connection that was accepted begins to speak HTTP. Its opening is over, if it had
    /// one, so Connection::address() is who it comes from.
    void open(Connection& connection);

    // ---- For Connection ------------------------------------------------------------------------
    void enter(Connection& connection);
    void leave(Connection& connection);
    /// Keeps what the gate gave to the connection, until it leaves. False when that was nothing.
    [[nodiscard]] bool keep_place(const Connection& connection,
                                  std::optional<shard::AddressPlace> place);
    /// Of one that is about to move: its place among those of its address goes with it.
    [[nodiscard]] shard::AddressPlace take_address_place(const Connection& connection);

    // ---- The end -------------------------------------------------------------------------------
    /// No new session from now on, and HTTP connections close with their next answer.
    void begin_drain();
    [[nodiscard]] bool draining() const noexcept { return draining_; }
    /// All there are.
    [[nodiscard]] std::vector<SessionName> sessions() const;
    /// That session leaves with server_shutting_down, if it is still there.
    void shut_down(const SessionName& session);
    /// A client polls, or has yet to fetch its last words: it needs connections.
    [[nodiscard]] bool has_polling_clients() noexcept;
    /// Nobody needs new connections any more: those that have not said a word of HTTP yet go.
    void close_openings();
    /// Says goodbye on every connection; they go as their last words are read.
    void shut_down();
    [[nodiscard]] bool empty() const noexcept { return connections_.empty(); }
    /// Drops what is left.
    void close_all();
    /// Ends all waits in the event loop. There are no connections any more.
    void stop_waiting() { readiness_.stop(); }

private:
    [[nodiscard]] Connection& make_connection(ReleasedSocket socket);

    Network& network_;
    shard::Shard& shard_;
    ReadinessSet readiness_;
    WriteTurn writes_;
    TlsHandshakes handshakes_;
    PollBodies poll_bodies_;
    ExchangeTable exchanges_;
    AddressGate address_gate_;
    AdmissionDesk admissions_;
    std::vector<std::unique_ptr<EngineService>> services_;
    /// In the order of listen_addresses().
    std::vector<Entrance> entrances_;
    boost::intrusive::list<Connection> connections_;
    /// Of those that are counted by their address, which few servers do: so it is no member of Connection.
    std::unordered_map<const Connection*, shard::AddressPlace> address_places_;
    std::vector<char> read_buffer_;
    wire::Deflater deflater_;
    wire::Inflater inflater_;
    std::string date_;
    std::int64_t date_second_ = -1;
    bool draining_ = false;
};

/// All shards' networks. Immutable after it is made; any thread.
class Network {
public:
    Network(shard::ShardGroup& shards, const Routes& routes);
    ~Network();

    [[nodiscard]] shard::ShardGroup& shards() noexcept { return shards_; }
    [[nodiscard]] const Routes& routes() const noexcept { return routes_; }
    [[nodiscard]] const wire::TrustedProxies& trusted_proxies() const noexcept {
        return trusted_proxies_;
    }
    [[nodiscard]] TransportShard& operator[](unsigned shard) noexcept { return *parts_[shard]; }
    /// Expires first of all when it is destroyed.
    [[nodiscard]] std::weak_ptr<const void> lifeline() const noexcept { return lifeline_; }

private:
    shard::ShardGroup& shards_;
    const Routes& routes_;
    const wire::TrustedProxies trusted_proxies_;
    std::vector<std::unique_ptr<TransportShard>> parts_;
    std::shared_ptr<const void> lifeline_ = std::make_shared<char>();
};

}  // namespace socketio::transport
