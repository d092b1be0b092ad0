#pragma once
// A peer's address as text, and whom it is counted for: its IPv4 address, or the network of 64 bits of its
// IPv6 address, which one customer gets whole (RFC 6177). Any thread.

#include "shard/address_table.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>

namespace socketio::transport {

/// Numeric, without the port; IPv4 also when it came mapped into IPv6. Empty for other families.
[[nodiscard]] std::string address_text(const sockaddr_storage& peer);
/// Nothing for families that have no such addresses.
[[nodiscard]] std::optional<shard::AddressKey> address_key(const sockaddr_storage& peer) noexcept;
/// Of an address as text, as HttpRequest::address is; nothing for what is none.
[[nodiscard]] std::optional<shard::AddressKey> address_key(std::string_view address);

}  // namespace socketio::transport
