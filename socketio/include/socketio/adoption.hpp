#pragma once
// Connections that somebody else accepted and hands over: Server::adopt(). docs/library.md.

#include <cstdint>
#include <string_view>

namespace socketio {

/// What became of a connection that was handed over. It is the server's in any case: what is not taken has been
/// closed when adopt() returns.
enum class Adoption : std::uint8_t {
    taken,
    /// The descriptor is none of a connected stream socket (TCP or unix), or its peer has gone.
    not_a_socket,
    /// More than Options::http_header_bytes_max were read already.
    bytes_too_long,
    /// There are Options::connections_max.
    too_many,
    /// The server ends, and takes no new connections: its own ports are closed by now, too.
    draining,
};

[[nodiscard]] std::string_view to_string(Adoption adoption) noexcept;

/// How long a connection that speaks HTTP stays with the server. One that becomes a WebSocket stays for good.
enum class Tenure : std::uint8_t {
    /// Until it ends. Further requests on it are the server's too, also those for paths that it does not have:
    /// they get Server::on_http(), or a 404.
    for_good,
    /// For one request: the answer says `Connection: close`, so that a client's next request comes to who
    /// accepts connections, whatever it is for. Right where both share a port.
    one_request,
};

}  // namespace socketio
