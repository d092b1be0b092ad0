#pragma once
// Bodies in pieces: requests that are read as they come, answers that are written as they are made.
// Handles may be copied and used on any thread, as long as the Server lives.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace socketio {

namespace transport {
class HttpBodyPort;
class HttpStreamPort;
}  // namespace transport

struct HttpRequest;
class HttpReply;

/// Why a body ended.
enum class HttpEnd : std::uint8_t {
    finished,   ///< As it should.
    peer_gone,  ///< The peer closed its connection, or the network broke.
    timeout,    ///< Nothing moved for Options::http_request_timeout.
    malformed,  ///< What came is no HTTP.
    abandoned,  ///< The last copy of the HttpStream went without finish().
    shutdown,   ///< The server stops.
};

[[nodiscard]] std::string_view to_string(HttpEnd end) noexcept;

// ---- Requests ------------------------------------------------------------------------------------

/// Reads the body of one request. Belongs to the connection: all calls come from its shard, one after the
/// other, and must not block. The last one is on_end() or on_abort(), unless the request was answered
/// before: then none follows. Destroyed on the shard, soon after its last call or the answer.
class HttpBodyReader {
public:
    virtual ~HttpBodyReader() = default;
    /// The next bytes, never none and at most 64 KiB, cut anywhere. Valid during the call.
    virtual void on_data(std::string_view piece) = 0;
    /// The body is complete. Who has not answered yet does it now or later.
    virtual void on_end() = 0;
    /// There will never be more. After `timeout` and `malformed` the peer still reads an answer: one given
    /// in this call, else 408 or 400.
    virtual void on_abort(HttpEnd why) = 0;
};

/// Makes the peer of one request wait. Any thread; nothing happens once the body has ended.
class HttpBodyControl {
public:
    HttpBodyControl() = default;
    explicit HttpBodyControl(std::shared_ptr<transport::HttpBodyPort> port) noexcept
        : port_(std::move(port)) {}

    /// No call of the reader until resume(), on_abort() included: what the peer sends stays in the kernel,
    /// whose TCP window then slows it down. Its time does not run meanwhile, and that it has gone is found
    /// after resume(). Takes effect at once on the connection's shard; from other threads a few pieces may
    /// still come. Pausing twice is pausing once.
    void pause() const;
    void resume() const;

    /// How long nothing may come, instead of Options::http_request_timeout: for senders who are known, and
    /// whose stream is as quiet as what it tells of.
    void allow_silence(std::chrono::milliseconds silence_max) const;

private:
    std::shared_ptr<transport::HttpBodyPort> port_;
};

/// Called when the head of a request is in, on the connection's shard; must not block. The request has an
/// empty body and is valid during the call. Who refuses it answers and returns null: the body is not read
/// then, and the connection closes after the answer. Whoever sent `Expect: 100-continue` is asked for the
/// body after this returned without an answer and as soon as it is not paused.
using HttpStreamHandler = std::function<std::unique_ptr<HttpBodyReader>(
    const HttpRequest& request, HttpReply reply, HttpBodyControl body)>;

// ---- Answers -------------------------------------------------------------------------------------

/// An answer whose body is written piece by piece: server-sent events, a long export. Copies write the same
/// answer. When the last one goes without finish(), the connection breaks off, so that the peer can tell
/// that something is missing.
class HttpStream {
public:
    /// One that has ended.
    HttpStream() = default;
    explicit HttpStream(std::shared_ptr<transport::HttpStreamPort> port) noexcept
        : port_(std::move(port)) {}

    /// False when nothing of `bytes` will be sent: the answer has ended, or its unsent bytes would exceed
    /// Options::http_stream_bytes_max. More than that may be written when nothing is unsent. Pieces of
    /// one thread leave in their order; those of one turn leave together.
    bool write(std::string bytes) const;
    /// All is said. What was written before still leaves.
    void finish() const;
    /// What was written and the kernel has not taken yet, with 32 bytes more for each piece.
    [[nodiscard]] std::size_t queued_bytes() const noexcept;
    /// Whether write() has a use.
    [[nodiscard]] bool is_open() const noexcept;

    /// Called once, on the connection's shard, when all that was written is with the kernel: at once when
    /// that is so. Never when the answer ends before.
    void on_drain(std::function<void()> handler) const;
    /// Called once, on the connection's shard, when the answer has ended: at once when it has. A handler
    /// that holds a copy of the stream keeps it from being abandoned.
    void on_close(std::function<void(HttpEnd why)> handler) const;

private:
    std::shared_ptr<transport::HttpStreamPort> port_;
};

}  // namespace socketio
