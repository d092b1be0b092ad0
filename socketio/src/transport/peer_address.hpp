#pragma once
// A peer's address, as text and as bytes, and whom it is counted for: its IPv4 address, or the network of 64
// bits of its IPv6 address, which one customer gets whole (RFC 6177). Any thread.

#include "shard/address_table.hpp"
#include "wire/ip_address.hpp"

#include <optional>
#include <string>

#include <sys/socket.h>

namespace socketio::transport {

/// Numeric, without the port; IPv4 also when it came mapped into IPv6. Empty for other families.
[[nodiscard]] std::string address_text(const sockaddr_storage& peer);
/// The same as bytes; nothing for families that have no such addresses, as unix sockets.
[[nodiscard]] std::optional<wire::IpAddress> ip_address(const sockaddr_storage& peer) noexcept;
/// Of whom a socket is connected to.
[[nodiscard]] std::optional<wire::IpAddress> peer_address(int fd) noexcept;
[[nodiscard]] shard::AddressKey address_key(const wire::IpAddress& address) noexcept;

}  // namespace socketio::transport
