#pragma once
// Everything that can be set on a server, with its bound and the reason for it. Checked once by
// Server's constructor, which throws std::invalid_argument naming the option.

#include "socketio/admission.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

class Adapter;
class FieldList;
struct HttpRequest;

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };

/// One fact, logged at one place.
struct LogEvent {
    LogLevel level = LogLevel::info;
    /// What happened, in a few words that never change, as in "handshake refused".
    std::string_view event;
    /// What it happened to: names and values.
    std::vector<std::pair<std::string_view, std::string>> fields;
};

/// Cross-origin resource sharing on the Socket.IO paths. CORS labels answers, it refuses nobody: use
/// Options::allowed_origins for that.
struct CorsOptions {
    /// Origins that may read answers; "*" is any.
    std::vector<std::string> origins = {};
    bool credentials = false;
    std::vector<std::string> methods = {"GET", "POST"};
    /// Empty: whatever the preflight asks for is allowed.
    std::vector<std::string> allowed_headers = {};
    std::vector<std::string> exposed_headers = {};
    std::optional<std::chrono::seconds> max_age = std::nullopt;
};

/// A cookie that names the Engine.IO session, for load balancers with sticky sessions.
struct CookieOptions {
    std::string name = "io";
    std::string path = "/";
    bool http_only = true;
    /// "Lax", "Strict" or "None"; empty leaves the attribute out.
    std::string same_site = "Lax";
};

/// How a turn's messages reach the kernel.
enum class Writer : std::uint8_t {
    automatic,  ///< uring where the kernel allows it, else send. Server::listen() decides.
    send,       ///< One system call for each connection.
    uring,      ///< One for many connections (io_uring). Containers often forbid it.
};

/// How long a client's sockets know the URL and the headers of the request that opened its session.
enum class KeepRequest : std::uint8_t {
    until_connected,  ///< Until the connection handlers of the namespace that it joins first have returned.
    /// Until it has joined every namespace there is, and connection handlers returned. A namespace that is
    /// opened later finds it gone for clients that had joined all there were.
    while_joinable,
    always,  ///< As long as the session.
};

/// What packets are written in. docs/protocol.md, "MessagePack".
enum class Parser : std::uint8_t {
    json,       ///< Node's default: text, and binary in messages of its own behind it.
    msgpack,    ///< As socket.io-msgpack-parser 3: binary messages. Clients need that parser.
    by_client,  ///< What a client's first packet is written in, which tells one from the other.
};

/// permessage-deflate (RFC 7692): messages compressed on the WebSockets of clients that offer it, browsers
/// among them. A broadcast is compressed once for all of a shard's clients.
struct DeflateOptions {
    /// Smaller messages, in bytes, go as they are: they gain little, and a packet on the network costs the
    /// same. Node's threshold. Messages over 64 KiB go as they are too: it would hold up the shard.
    std::size_t threshold = 1024;
    /// zlib's, 1 to 9. The lowest: JSON shrinks to about a fifth, and higher ones gain little for their time.
    int level = 1;
};

/// Answers to polls, compressed (gzip or deflate) for clients whose Accept-Encoding takes it. A body that many
/// polls share is compressed once for all of them.
struct HttpCompressionOptions {
    /// Smaller bodies, in bytes, go as they are, as do those over 64 KiB, which would hold up the shard. Node's
    /// threshold. The level is DeflateOptions'.
    std::size_t threshold = 1024;
};

/// Connection state recovery: a client that comes back soon after it lost its connection gets its socket back,
/// with id, rooms and data, and the events that it missed. Kept in memory; it works whichever shard the client
/// comes back to. Bounds are each shard's own: what is over them is forgotten, the oldest first, and who needed
/// it connects anew. With an adapter that keeps sessions it works whichever server of the cluster that is.
struct RecoveryOptions {
    /// How long a socket may be away. Node's time.
    std::chrono::milliseconds max_disconnection_duration{120'000};
    /// A socket that comes back is not asked by middlewares again. Turn it off when a right to be there may end
    /// meanwhile.
    bool skip_middlewares = true;
    /// Sockets that are away, as many as may come back after a failure of the network in front of us.
    std::size_t sessions_max = 50'000;
    /// Bytes of the names of their rooms, and of their data as far as it is a Value.
    std::size_t session_bytes_max = 64 * 1024 * 1024;
    /// Events that are kept to be sent again: each costs about 200 bytes beside its own.
    std::size_t packets_max = 100'000;
    /// Their bytes; with Parser::by_client those of their values, and of each format that somebody was sent.
    /// Shards that keep the same broadcast share them, but each counts them.
    std::size_t packet_bytes_max = 64 * 1024 * 1024;
    /// Where the adapter keeps sessions, for all servers of a cluster: how long a client that comes back waits for
    /// it, before it connects anew. As long as Node's adapters wait for others. Then sessions_max and
    /// session_bytes_max mean nothing, and packets_max and packet_bytes_max are of the broadcasts that come while
    /// somebody waits.
    std::chrono::milliseconds restore_timeout{5'000};
};

/// What becomes of an event that comes faster than Options::events_per_second_max.
enum class EventRateAction : std::uint8_t {
    /// It is not handled; Socket::on_error() is told `Too many events`, the client nothing.
    drop,
    /// The client's sockets leave as with Socket::disconnect(true): JavaScript clients do not come back by
    /// themselves.
    disconnect,
};

/// Why Engine.IO refused a request. Valid during the call.
struct ConnectionError {
    /// 0 to 5, as clients read it: Engine.IO protocol v4, and docs/protocol.md.
    int code = 0;
    std::string_view message;
    /// What exactly, in Node's words: `transport`, `sid`, `method`, `protocol`, `message` or `name`, with its
    /// value.
    std::vector<std::pair<std::string_view, std::string>> context;
    const HttpRequest& request;
};

/// What a listener's TLS needs. TLS 1.2 has forward secrecy (ECDHE) or is refused; TLS 1.3 is as OpenSSL has
/// it. Sessions resume by ticket; HTTP/1.1 is the only protocol (ALPN).
struct TlsOptions {
    enum class Version : std::uint8_t { tls_1_2, tls_1_3 };

    /// PEM files: the server's own certificate with those that lead to a known authority behind it, and its
    /// key, without a passphrase. Server::listen() and Server::reload_certificates() read them.
    std::string certificate_file = {};
    std::string key_file = {};
    /// Clients that know only older ones are refused.
    Version version_min = Version::tls_1_2;

    friend bool operator==(const TlsOptions&, const TlsOptions&) = default;
};

struct ListenAddress {
    /// Numeric, IPv4 or IPv6; empty for a unix socket.
    std::string address = {};
    /// 0 takes a free one; Server::addresses() tells which.
    std::uint16_t port = 0;
    /// A unix socket's path, instead of address and port: at most 107 bytes. It is removed when the server
    /// stops; one that a dead server left is replaced, one that somebody listens on is not.
    std::string unix_path = {};
    /// Who may connect to it, as chmod has it; the folder's permissions count as well.
    unsigned unix_mode = 0660;
    /// None: plain HTTP.
    std::optional<TlsOptions> tls = std::nullopt;
    /// Each connection begins with a PROXY header (version 1 or 2) of one of Options::trusted_proxies, which
    /// names the client. Connections without one, and of others, are closed.
    bool proxy_protocol = false;
};

struct Options {
    // ---- Where it listens ------------------------------------------------------------------------
    /// A numeric IPv4 or IPv6 address. Empty: only further_addresses, or none, as for a server whose connections
    /// Server::adopt() brings.
    std::string address = "0.0.0.0";
    /// 0 takes a free port; Server::port() tells which.
    std::uint16_t port = 3000;
    /// TLS on `port`; none is plain HTTP. Each of further_addresses has its own.
    std::optional<TlsOptions> tls = std::nullopt;
    /// PROXY headers on `port`: see ListenAddress::proxy_protocol.
    bool proxy_protocol = false;
    /// More of them, for the same server. `::` takes IPv4 too, unless an IPv4 address with its port is
    /// there.
    std::vector<ListenAddress> further_addresses = {};
    /// Whose word on a client's address counts: addresses, networks as in "10.0.0.0/8", or "unix" for the peers
    /// of unix sockets. Only they may send X-Forwarded-For and X-Forwarded-Proto, from which a request's
    /// `address` and `secure` are taken then, and PROXY headers. Empty: nobody, so that no client can choose
    /// its address.
    /// They are not limited by address_connections_max and address_connects_per_second_max, since all their
    /// clients share their address. Each client is, by its own: with a PROXY header its connection, with
    /// X-Forwarded-For each session and WebSocket.
    std::vector<std::string> trusted_proxies = {};
    /// Threads, each with its own connections. 1 keeps a first program free of data races: handlers of
    /// different shards run at the same time. 0 is one for each core. At most 256: the sid names it in
    /// one byte.
    unsigned shards = 1;
    /// After Server::listen(), the one that is used. Asking for uring where the kernel refuses it is an
    /// error of listen().
    Writer writer = Writer::automatic;

    // ---- Socket.IO -------------------------------------------------------------------------------
    /// URLs that start with it are ours (a prefix test, as in Node).
    std::string path = "/socket.io/";
    /// Serves socket.io.js and its siblings below `path`.
    bool serve_client = true;
    /// A session that joined no namespace by then is closed.
    std::chrono::milliseconds connect_timeout{45'000};
    /// Attachments that a packet announced and that are not all there by then: the session is closed. What
    /// came of them is held meanwhile.
    std::chrono::milliseconds attachment_timeout{30'000};
    /// Clients of socket.io 1.x and 2.x (EIO=3).
    bool allow_eio3 = false;
    /// by_client lets clients of both kinds in, and each event is encoded at most once in each format, when the
    /// first of its readers is sent it. Until then its values are kept, so an event is copied once: for a
    /// server whose clients are all of one kind, that kind costs less. Clients of EIO3 are sent JSON by it.
    Parser parser = Parser::json;
    /// A browser's headers are most of what an idle client costs, and middlewares are nearly all who read
    /// them: so they go once there is no middleware left to read them. With no namespace but the root
    /// that is as soon as a client is connected.
    KeepRequest keep_request = KeepRequest::while_joinable;
    /// A namespace that Server::of_matching() made is closed when its last socket has left it: nobody is told
    /// of it any more, and an adapter listens for it no longer. Who asks again has it opened again.
    bool cleanup_empty_child_namespaces = false;
    /// Sockets that come back after a lost connection go on where they were. With it each event has one
    /// argument more, which listeners of clients see, as in Node: see docs/library.md. None: off.
    std::optional<RecoveryOptions> connection_state_recovery = std::nullopt;
    /// Joins this process to others; none means this process alone. See redis_adapter.hpp, sharded_adapter.hpp,
    /// streams_adapter.hpp, and for servers of one process local_cluster.hpp.
    std::shared_ptr<Adapter> adapter = nullptr;
    /// How long the other servers have for what fetch_sockets() asks of them; those that did not answer by then
    /// are named. Node's time.
    std::chrono::milliseconds cluster_request_timeout{5'000};

    // ---- Engine.IO -------------------------------------------------------------------------------
    bool allow_polling = true;
    bool allow_websocket = true;
    bool allow_upgrades = true;
    std::chrono::milliseconds ping_interval{25'000};
    std::chrono::milliseconds ping_timeout{20'000};
    /// A probing connection that has not upgraded by then is closed; the session goes on.
    std::chrono::milliseconds upgrade_timeout{10'000};
    std::optional<CookieOptions> cookie = std::nullopt;
    std::optional<CorsOptions> cors = std::nullopt;
    /// Compression on WebSockets; none declines it. On, since one compression serves every client: Node
    /// compresses for each of them, which is why it is off there.
    std::optional<DeflateOptions> per_message_deflate = DeflateOptions{};
    /// Compression of answers to polls; none sends them as they are.
    std::optional<HttpCompressionOptions> http_compression = HttpCompressionOptions{};
    /// A message that follows the open packet of each session, in the same answer to a poll; none when it is
    /// empty. For clients that expect one: Socket.IO clients take it for a packet.
    std::string initial_packet = {};
    /// Origins that may open sessions and WebSocket endpoints, as browsers write them ("https://example.com");
    /// others are refused. Requests without an Origin, which browsers always send with a WebSocket, are let in.
    /// Empty: all are.
    std::vector<std::string> allowed_origins = {};
    /// Asked once for each handshake that nothing else is against; none lets everybody in. It may answer later,
    /// within admission_timeout.
    AdmissionHandler allow_request = nullptr;
    /// Adds headers to the answer that opens a session, polling or WebSocket. On the session's shard.
    std::function<void(FieldList&, const HttpRequest&)> initial_headers = nullptr;
    /// Adds headers to every answer of a session: to GETs and POSTs, and to what a WebSocket's upgrade gets;
    /// after initial_headers. Refusals have none, as in Node. On the session's shard.
    std::function<void(FieldList&, const HttpRequest&)> headers = nullptr;
    /// Told of each request that Engine.IO refuses, on the shard that refuses it; must not block.
    std::function<void(const ConnectionError&)> connection_error = nullptr;

    // ---- Bounds: what one peer may cost ----------------------------------------------------------
    /// The largest message from a client, in bytes, and the largest POST: what one peer can make us hold.
    std::size_t message_bytes_max = 1'000'000;
    /// Binary attachments of one packet; Node's parser has the same bound, and so have its clients. In
    /// MessagePack it counts the binaries: what is passed on to clients that read JSON must be readable there.
    std::size_t attachments_max = 10;
    /// Nesting of JSON or MessagePack from a client: the serializer and the application recurse over it.
    std::size_t json_depth_max = 128;
    /// Unsent bytes of one session, beyond which it is closed as a slow client. One message larger than
    /// the bound may stand in an empty queue.
    std::size_t send_queue_bytes_max = 4 * 1024 * 1024;
    /// Unsent packets of one session: small packets cost more than their bytes.
    std::size_t send_queue_packets_max = 16'384;
    /// Unsent bytes of one session, beyond which its client counts as behind: Namespace::on_backlog(). Far
    /// below send_queue_bytes_max, so that an application can act before the client is closed. 0 is off.
    std::size_t backlog_bytes = 0;
    /// Request line and headers of one HTTP request.
    std::size_t http_header_bytes_max = 16 * 1024;
    /// Body of a request that an application route handles; not of those that read it in pieces.
    std::size_t http_body_bytes_max = 1024 * 1024;
    /// Unsent bytes of one streamed answer, beyond which HttpStream::write() refuses: what one peer that
    /// reads slowly can make us hold.
    std::size_t http_stream_bytes_max = 1024 * 1024;
    /// Time to send a whole request head or body: a peer that dribbles bytes holds a connection. Bodies
    /// that are read in pieces and answers in pieces may last as long as something moves: it counts since
    /// the last bytes.
    std::chrono::milliseconds http_request_timeout{30'000};
    /// From a connection's beginning to the end of its PROXY header and its TLS handshake. A peer that stalls
    /// in there holds a descriptor and OpenSSL's buffers.
    std::chrono::milliseconds tls_handshake_timeout{10'000};
    /// From the question of allow_request to its answer. A handshake that waits for it holds its connection.
    std::chrono::milliseconds admission_timeout{10'000};
    /// An idle keep-alive connection is closed after this.
    std::chrono::milliseconds http_keep_alive_timeout{60'000};
    /// A close packet that a polling client never fetches, or a closing handshake that it never answers.
    std::chrono::milliseconds close_timeout{30'000};
    /// Namespaces that one session may join: each costs a socket.
    std::size_t namespaces_per_session_max = 100;
    /// Namespaces that Server::of_matching() makes in all. Names are the clients' choice, and a namespace,
    /// closed or not, costs about 1 KB for each shard as long as the server lives.
    std::size_t child_namespaces_max = 10'000;
    /// Rooms that one socket may join.
    std::size_t rooms_per_socket_max = 10'000;
    /// Acks that one socket may owe, and questions of a server that other servers have yet to answer; more
    /// fails the oldest with errc::ack_timeout.
    std::size_t pending_acks_max = 10'000;
    /// Bytes of what other servers answer to one question, roughly, as values in memory: what they can make us
    /// hold until its time is over. An answer beyond it ends the question with errc::too_large and what came before;
    /// what comes later is passed over. Far above what thousands of clients answer.
    std::size_t cluster_answer_bytes_max = 64 * 1024 * 1024;
    /// Connections of the process; beyond it new ones are closed at once. 0 is no bound but the system's.
    std::size_t connections_max = 0;
    /// New connections in a second, and as many at once after a quiet one; the others wait in the kernel's
    /// queue. 0 is no bound. A handshake costs far more than a connected client: without it, all clients
    /// that come back after a restart are served at the expense of those that are back already.
    std::size_t connects_per_second_max = 0;
    /// Connections of one address, and new ones in a second (as many at once after a quiet one), beyond which
    /// new ones are closed at once: what one peer can take from all others. Addresses of an IPv6 network of 64
    /// bits, which one customer gets, are one; peers of unix sockets have none. Who counts behind a proxy:
    /// trusted_proxies. 0 is no bound.
    std::size_t address_connections_max = 0;
    std::size_t address_connects_per_second_max = 0;
    /// Events of one socket in a second, what it may send at once after a pause (0: as many as in a second), and
    /// what becomes of more. Acknowledgements are not counted. 0 is no bound.
    std::size_t events_per_second_max = 0;
    std::size_t events_burst_max = 0;
    EventRateAction event_rate_action = EventRateAction::drop;
    /// Over how long clients leave when run() hears SIGINT or SIGTERM, so that they do not all come back to
    /// another process at once: Server::drain(). A second signal stops at once.
    std::chrono::milliseconds drain_window{0};

    // ---- Watching --------------------------------------------------------------------------------
    /// Called on any shard, so it must be thread-safe and must not block. Empty: the library is silent.
    std::function<void(const LogEvent&)> logger = nullptr;
    /// Events below it are not built.
    LogLevel log_level = LogLevel::info;
};

}  // namespace socketio
