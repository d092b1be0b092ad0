#pragma once
// The PROXY protocol: what a proxy says of a connection's client before the client's own first byte. Versions 1
// (a line of text) and 2 (binary). Any thread. Source: haproxy's doc/proxy-protocol.txt, sections 2.1 and 2.2.
//
//   PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n
//
//   | signature 12 | version, command 1 | family, protocol 1 | length 2 | addresses | TLVs |
//                                                            |<-------- length -------->|

#include "wire/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace socketio::wire {

/// What is longer is refused: room enough for addresses and a proxy's remarks on its TLS.
inline constexpr std::size_t proxy_header_bytes_max = 4096;

struct ProxyHeader {
    enum class State : std::uint8_t { complete, incomplete, malformed };

    State state = State::malformed;
    /// Of the complete header: what follows it is the client's.
    std::size_t bytes = 0;
    /// The client. Nothing where the proxy speaks for itself (a health check), or knows none.
    std::optional<IpAddress> source = std::nullopt;
    /// The client speaks TLS with the proxy.
    bool secure = false;
};

/// Of the first bytes of a connection, however few.
[[nodiscard]] ProxyHeader read_proxy_header(std::string_view bytes);

}  // namespace socketio::wire
