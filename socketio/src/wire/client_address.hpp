#pragma once
// Who a request comes from, where proxies stand in between: what they say is believed of those alone that the
// server trusts. Any thread. Names as in de facto use: X-Forwarded-For, X-Forwarded-Proto.

#include "socketio/handshake.hpp"
#include "wire/ip_address.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::wire {

/// Options::trusted_proxies.
class TrustedProxies {
public:
    TrustedProxies() = default;
    /// REQUIRES: each is_entry().
    explicit TrustedProxies(const std::vector<std::string>& entries);
    /// An address, a network, or `unix`: peers of unix sockets, which have no address.
    [[nodiscard]] static bool is_entry(std::string_view text);

    [[nodiscard]] bool empty() const noexcept { return networks_.empty() && !unix_peers_; }
    [[nodiscard]] bool contain(const IpAddress& address) const noexcept;
    /// The same for a numeric address; an empty text is that of a unix socket's peer.
    [[nodiscard]] bool contain(std::string_view address) const;

private:
    std::vector<IpNetwork> networks_;
    bool unix_peers_ = false;
};

struct ClientAddress {
    /// Numeric, without a port; empty for the peer of a unix socket.
    std::string address;
    /// It speaks TLS with us, or with the first proxy.
    bool secure = false;
};

/// `peer` when it is not trusted, or says nothing. Else the last address in X-Forwarded-For that is not a
/// trusted proxy's own, since whoever has that address can have made up all that stands left of it; the first
/// one when all are. X-Forwarded-Proto has one entry for each proxy or one in all: the one of the proxy that
/// named the address counts, else the first.
[[nodiscard]] ClientAddress client_address(ClientAddress peer, const FieldList& headers,
                                           const TrustedProxies& trusted);

}  // namespace socketio::wire
