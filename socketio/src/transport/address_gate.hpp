#pragma once
// Lets clients in by their address, or not: Options::address_connections_max and
// address_connects_per_second_max. Asked once for each client, as soon as its address is known:
//
//   a connection           when it is accepted, unless its peer is a trusted proxy
//   a connection           when its PROXY header is read, which names the client
//   a session, a WebSocket when a trusted proxy asks for it; its X-Forwarded-For names the client
//
// A proxy itself, whose address all its clients share, and the peers of unix sockets, who have none, are let in.
// Lives on one shard; the numbers are those of all shards. docs/http.md, "Behind proxies".

#include "shard/address_table.hpp"
#include "shard/shard.hpp"
#include "socketio/http.hpp"
#include "transport/refusal_log.hpp"
#include "wire/client_address.hpp"
#include "wire/ip_address.hpp"

#include <optional>

namespace socketio::transport {

class Connection;

class AddressGate {
public:
    /// All of it outlives this.
    AddressGate(shard::Shard& shard, shard::AddressTable& table,
                const wire::TrustedProxies& trusted) noexcept;

    /// Its place among those of its address, empty where nobody counts. Nothing when it gets none, which is
    /// counted and logged.
    [[nodiscard]] std::optional<shard::AddressPlace> admit(
        const std::optional<wire::IpAddress>& client);
    /// The same for what a request asks for and keeps, a session or a WebSocket. The place is empty for the
    /// connections of everybody but trusted proxies: they have been asked about.
    [[nodiscard]] std::optional<shard::AddressPlace> admit(const HttpRequest& request,
                                                           const Connection& connection);
    /// What a request is told that gets no place. A connection is closed without a word, but this one is the
    /// proxy's, which would take that for a fault of the server.
    [[nodiscard]] static HttpResponse refusal();

private:
    shard::Shard& shard_;
    shard::AddressTable& table_;
    const wire::TrustedProxies& trusted_;
    RefusalLog too_many_;
    RefusalLog too_fast_;
};

}  // namespace socketio::transport
