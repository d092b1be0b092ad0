#pragma once
// Plain HTTP beside Socket.IO: pages, pushes, health checks on the same port.

#include "socketio/handshake.hpp"
#include "socketio/http_stream.hpp"
#include "socketio/value.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace socketio {

namespace transport {
class HttpReplyPort;
}

struct HttpRequest {
    std::string method;
    /// As it stood in the request line.
    std::string target;
    /// Of the target, percent-decoded.
    std::string path;
    FieldList query;
    /// What stands in the request's path where the route has `{name}`, percent-decoded.
    FieldList parameters;
    /// Names in lower case.
    FieldList headers;
    std::string body;
    /// The client's, without its port: the peer's, or whom one of Options::trusted_proxies names. Empty for the
    /// peer of a unix socket.
    std::string address;
    /// The client speaks TLS, with us or with such a proxy.
    bool secure = false;
};

/// Bytes that a response owns, shares with other responses, or only points to (embedded files).
class HttpBody {
public:
    HttpBody() = default;
    HttpBody(std::string owned) : bytes_(std::move(owned)) {}
    HttpBody(const char* owned) : bytes_(std::string(owned)) {}
    HttpBody(Binary shared) : bytes_(std::move(shared)) {}
    /// The bytes must outlive the program's connections.
    static HttpBody fixed(std::string_view bytes) {
        HttpBody body;
        body.bytes_ = bytes;
        return body;
    }

    [[nodiscard]] std::string_view view() const noexcept;

private:
    std::variant<std::string, Binary, std::string_view> bytes_;
};

/// Content-Length, Date, Connection and Content-Type (when there is a body and none was set) are added.
struct HttpResponse {
    unsigned status = 200;
    FieldList headers;
    HttpBody body;

    static HttpResponse text(unsigned status, std::string body);
    static HttpResponse html(std::string body);
    static HttpResponse json(unsigned status, const Value& body);
};

/// Answers one request, at once or later, from any thread. Copies answer the same request; only the
/// first answer is sent. When the last copy goes without an answer, the client gets a 500.
class HttpReply {
public:
    HttpReply() = default;
    explicit HttpReply(std::shared_ptr<transport::HttpReplyPort> port) noexcept
        : port_(std::move(port)) {}

    void send(HttpResponse response) const;
    /// The same for an answer that is written in pieces; `head.body` is the first of them. Chunked for
    /// HTTP/1.1; HTTP/1.0 reads until the connection closes. A HEAD request gets the head, and the stream
    /// has ended, as one whose request was answered before has.
    [[nodiscard]] HttpStream stream(HttpResponse head) const;

private:
    std::shared_ptr<transport::HttpReplyPort> port_;
};

/// Runs on the shard of the connection and must not block.
using HttpHandler = std::function<void(const HttpRequest&, HttpReply)>;

/// A file inside the binary, with its compressed forms; the bytes outlive the program's connections.
struct StaticFile {
    /// As in the URL.
    std::string_view name;
    std::string_view content_type;
    /// Quoted, as the ETag field carries it.
    std::string_view etag;
    std::string_view identity;
    /// Empty where compression would not make the file smaller.
    std::string_view gzip;
    std::string_view brotli;
};

/// The client has this ETag (quoted) already: its If-None-Match names it, weak or strong, or is `*`.
[[nodiscard]] bool has_etag(const HttpRequest& request, std::string_view etag);

/// The smallest form that the request's Accept-Encoding takes, or 304 when its If-None-Match names the
/// file's ETag (weak or strong).
[[nodiscard]] HttpResponse serve_file(const HttpRequest& request, const StaticFile& file,
                                      std::string_view cache_control = "public, max-age=0");

/// The value of `name` in application/x-www-form-urlencoded text, percent-decoded, for every pair.
[[nodiscard]] FieldList parse_query(std::string_view text);

}  // namespace socketio
