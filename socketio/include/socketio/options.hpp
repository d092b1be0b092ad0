#pragma once
// Everything that can be set on a server, with its bound and the reason for it. Checked once by
// Server's constructor, which throws std::invalid_argument naming the option.

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
/// Options::allow_request for that.
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

/// permessage-deflate (RFC 7692): messages compressed on the WebSockets of clients that offer it, browsers
/// among them. A broadcast is compressed once for all of a shard's clients.
struct DeflateOptions {
    /// Smaller messages, in bytes, go as they are: they gain little, and a packet on the network costs the
    /// same. Node's threshold. Messages over 64 KiB go as they are too: it would hold up the shard.
    std::size_t threshold = 1024;
    /// zlib's, 1 to 9. The lowest: JSON shrinks to about a fifth, and higher ones gain little for their time.
    int level = 1;
};

/// The verdict of Options::allow_request.
struct Admission {
    bool allowed = true;
    /// What the refused client reads; "Forbidden" when empty.
    std::string message;

    static Admission allow() { return {}; }
    static Admission refuse(std::string message = {}) { return {false, std::move(message)}; }
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

struct ListenAddress {
    /// Numeric, IPv4 or IPv6.
    std::string address;
    /// 0 takes a free one; Server::addresses() tells which.
    std::uint16_t port = 0;
};

struct Options {
    // ---- Where it listens ------------------------------------------------------------------------
    /// A numeric IPv4 or IPv6 address. Empty: none, as for a server whose connections Server::adopt() brings.
    std::string address = "0.0.0.0";
    /// 0 takes a free port; Server::port() tells which.
    std::uint16_t port = 3000;
    /// More of them, for the same server. `::` takes IPv4 too, unless an IPv4 address with its port is
    /// there.
    std::vector<ListenAddress> further_addresses = {};
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
    /// Clients of socket.io 1.x and 2.x (EIO=3).
    bool allow_eio3 = false;
    /// A browser's headers are most of what an idle client costs, and middlewares are nearly all who read
    /// them: so they go once there is no middleware left to read them. With no namespace but the root
    /// that is as soon as a client is connected.
    KeepRequest keep_request = KeepRequest::while_joinable;
    /// A namespace that Server::of_matching() made is closed when its last socket has left it: nobody is told
    /// of it any more, and an adapter listens for it no longer. Who asks again has it opened again.
    bool cleanup_empty_child_namespaces = false;
    /// Joins this process to others; none means this process alone. See redis_adapter.hpp, and for servers of
    /// one process local_cluster.hpp.
    std::shared_ptr<Adapter> adapter = nullptr;

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
    /// Asked once for each handshake, on the session's shard; must not block.
    std::function<Admission(const HttpRequest&)> allow_request = nullptr;
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
    /// Binary attachments of one packet; Node's parser has the same bound.
    std::size_t attachments_max = 10;
    /// Nesting of JSON from a client: the serializer and the application recurse over it.
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
    /// Connections of the process; beyond it new ones are closed at once. 0 is no bound but the system's.
    std::size_t connections_max = 0;
    /// New connections in a second, and as many at once after a quiet one; the others wait in the kernel's
    /// queue. 0 is no bound. A handshake costs far more than a connected client: without it, all clients
    /// that come back after a restart are served at the expense of those that are back already.
    std::size_t connects_per_second_max = 0;

    // ---- Watching --------------------------------------------------------------------------------
    /// Called on any shard, so it must be thread-safe and must not block. Empty: the library is silent.
    std::function<void(const LogEvent&)> logger = nullptr;
    /// Events below it are not built.
    LogLevel log_level = LogLevel::info;
};

}  // namespace socketio
