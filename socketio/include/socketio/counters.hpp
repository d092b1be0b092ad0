#pragma once
// What has happened since the server was made, and what there is now. For metrics, and for an application
// that wants to know whether its clients keep up.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace socketio {

struct Counters {
    // ---- Since the start: these only grow ------------------------------------------------------
    /// Sessions that were opened, and handshakes that were refused: by allow_request or its silence, by
    /// allowed_origins, for the protocol's version, or because the server was draining.
    std::uint64_t handshakes = 0;
    std::uint64_t handshakes_refused = 0;
    /// Connections closed at once because there were Options::connections_max.
    std::uint64_t connections_refused = 0;
    /// The same because of Options::address_connections_max or address_connects_per_second_max; sessions and
    /// WebSockets that a trusted proxy asked for too, which were answered with 429.
    std::uint64_t addresses_refused = 0;
    /// TLS handshakes that came to their end; resumed ones too. And those that did not: no common version, no
    /// TLS at all, a peer that went or was too slow.
    std::uint64_t tls_handshakes = 0;
    std::uint64_t tls_handshakes_failed = 0;
    /// Connections to a listener with PROXY headers, closed: of peers that are not trusted, without a header,
    /// or with one that is none.
    std::uint64_t proxy_headers_refused = 0;
    /// Messages put into a client's queue: one for each recipient of a broadcast.
    std::uint64_t messages_queued = 0;
    /// Of these, taken out unsent: a newer one with the same conflation key came.
    std::uint64_t messages_replaced = 0;
    /// Of these, taken out unsent: droppable, and the queue was full.
    std::uint64_t messages_dropped = 0;
    /// Never queued: volatile, and the client was behind; or droppable, with no room to be made.
    std::uint64_t messages_refused = 0;
    /// Times that a session had more unsent bytes than Options::backlog_bytes.
    std::uint64_t backlogs = 0;
    /// Sessions closed because their queue was full.
    std::uint64_t slow_clients = 0;
    /// Events that came faster than Options::events_per_second_max.
    std::uint64_t events_refused = 0;
    /// To connections, and how many of them the kernel took only in part.
    std::uint64_t writes = 0;
    std::uint64_t partial_writes = 0;
    std::uint64_t bytes_written = 0;
    /// Of these, as HTTP (polls too), and over WebSockets.
    std::uint64_t http_bytes_written = 0;
    std::uint64_t websocket_bytes_written = 0;
    /// Sockets that came back with their state, and clients that asked for it in vain.
    std::uint64_t recoveries = 0;
    std::uint64_t recoveries_refused = 0;
    /// Sockets and events that were forgotten before their time: the bounds of RecoveryOptions.
    std::uint64_t recovery_sessions_dropped = 0;
    std::uint64_t recovery_packets_dropped = 0;

    // ---- Now: these go up and down -------------------------------------------------------------
    /// Sessions by the transport that carries them.
    std::uint64_t polling_sessions = 0;
    std::uint64_t websocket_sessions = 0;
    /// Sockets that are away and may come back; events that are kept for them, by each shard, and their bytes.
    std::uint64_t recoverable_sessions = 0;
    std::uint64_t recovery_packets = 0;
    std::uint64_t recovery_packet_bytes = 0;
    /// TCP connections, of HTTP too.
    std::uint64_t connections = 0;
};

/// What nobody keeps count of, since it would cost every message something: see Server::take_census().
struct Census {
    /// Connected sockets of each open namespace.
    std::map<std::string, std::size_t> sockets;
    /// Bytes of messages that wait to be written.
    std::size_t queued_bytes = 0;
};

}  // namespace socketio
