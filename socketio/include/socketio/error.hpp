#pragma once
// What can go wrong on the peer's side, and why a socket left. Any thread.

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string_view>

namespace socketio {

/// Faults of a peer. Each ends in a DisconnectReason or a 4xx answer; none is ever thrown.
enum class errc {
    /// Bytes that are no JSON text.
    invalid_json = 1,
    /// JSON or msgpack nested deeper than the limit.
    too_deep,
    /// A message, body, payload or attachment count over its limit; so are all answers of other servers together.
    too_large,
    /// Text that is not UTF-8 where the protocol demands it.
    invalid_utf8,
    /// Bytes that are no Engine.IO packet or payload.
    invalid_engine_packet,
    /// Bytes that are no Socket.IO packet, or one that is out of place.
    invalid_packet,
    /// An attachment that is missing, surplus or referred to by a wrong index.
    invalid_attachment,
    /// A name that the protocol keeps for itself, as in `connect`.
    reserved_event,
    /// Bytes that break RFC 6455.
    invalid_websocket_frame,
    /// Bytes that are no msgpack, or not of the expected shape.
    invalid_msgpack,
    /// The peer did not acknowledge in time.
    ack_timeout,
    /// The peer left before it acknowledged.
    disconnected,
};

[[nodiscard]] const boost::system::error_category& error_category() noexcept;
[[nodiscard]] boost::system::error_code make_error_code(errc code) noexcept;

template <class T>
using Result = boost::system::result<T>;

/// Why a socket left. The text is Node's, byte for byte, where Node has the reason.
enum class DisconnectReason : std::uint8_t {
    client_namespace_disconnect,  ///< The client left this namespace.
    server_namespace_disconnect,  ///< Socket::disconnect().
    transport_close,              ///< The connection ended, or the client sent a close packet.
    transport_error,       ///< The connection failed, or the peer broke the transport's rules.
    ping_timeout,          ///< No sign of life within ping_interval + ping_timeout.
    parse_error,           ///< A broken Engine.IO packet.
    forced_close,          ///< A broken Socket.IO packet, or one out of place.
    forced_server_close,   ///< The server closed the session under the socket.
    server_shutting_down,  ///< Server::stop() or drain().
    slow_client,  ///< The send queue outgrew Options::send_queue_bytes_max or _packets_max.
};

/// As Node spells it: "transport close".
[[nodiscard]] std::string_view to_string(DisconnectReason reason) noexcept;

}  // namespace socketio

template <>
struct boost::system::is_error_code_enum<socketio::errc> : std::true_type {};
