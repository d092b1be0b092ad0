#pragma once
// HTTP/1.1 on a connection: one request at a time is read, routed and answered; an upgrade hands the
// connection to a WebSocket. Bodies may come and go in pieces: HttpUpload, StreamedAnswer. Lives on one
// shard. RFC 9112; parsed by Boost.Beast.

#include "socketio/http.hpp"
#include "transport/connection.hpp"
#include "transport/exchange_table.hpp"
#include "transport/http_response.hpp"
#include "transport/http_upload.hpp"
#include "transport/streamed_answer.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::transport {

class RequestParser;

class HttpConnection final : public Protocol {
public:
    explicit HttpConnection(Connection& connection);
    ~HttpConnection() override;

    /// The connection closes after the answer to its first request, unless that makes it a WebSocket.
    void end_after_first_answer() noexcept { one_request_ = true; }
    /// A request that another shard read on this connection.
    void resume_upgrade(std::size_t endpoint, HttpRequest request, std::string bytes);

    // ---- For those who answer ------------------------------------------------------------------
    /// The answer to the request in progress.
    void answer(HttpResponse response);
    /// Why nobody waits for the answer to a request any more.
    enum class Abort : std::uint8_t {
        gone,     ///< The peer went away, or cut its body short.
        refused,  ///< The body is over its limit: 413 was the answer.
    };
    void on_abort(std::function<void(Abort)> abort) { abort_ = std::move(abort); }
    /// Added to whatever the answer is: CORS.
    void add_answer_header(std::string_view name, std::string_view value);
    /// The connection closes after this request's answer.
    void end_after_answer() noexcept { keep_alive_ = false; }
    [[nodiscard]] Connection& connection() noexcept { return connection_; }
    [[nodiscard]] ExchangeId exchange() const noexcept { return exchange_; }
    /// Ask once for each request: when the handle goes without an answer, the request gets a 500.
    [[nodiscard]] HttpReply reply();
    /// For an upgrade: ends this request and gives what was read after it. The caller replaces the
    /// protocol or releases the connection.
    [[nodiscard]] std::string take_over();
    /// The body of the request goes to the application as it comes.
    void start_upload(const HttpStreamHandler& handler, const HttpRequest& request);

    // ---- For the handles of bodies in pieces ---------------------------------------------------
    void pause_body();
    void resume_body();
    void allow_silence(std::chrono::milliseconds silence_max);
    void answer_in_pieces(const HttpResponse& head, std::unique_ptr<StreamedAnswer> body);
    void write_stream(std::string bytes);
    void finish_stream();
    /// What was written leaves, and the connection ends without the body's end.
    void break_off_stream(HttpEnd why);
    void on_stream_drain(std::function<void()> handler);
    void on_stream_close(std::function<void(HttpEnd)> handler);

    // ---- Protocol ------------------------------------------------------------------------------
    void on_bytes(std::span<char> bytes) override;
    void on_end(bool failed) override;
    [[nodiscard]] bool stays_after_end() const noexcept override;
    void on_deadline() override;
    [[nodiscard]] bool has_output() const noexcept override {
        return (output_ && output_->written < output_->size()) ||
               (stream_ && stream_->has_output());
    }
    void gather(std::vector<iovec>& buffers) override;
    [[nodiscard]] bool on_written(std::size_t bytes) override;
    void after_write() override;
    void on_shutdown() override;

private:
    /// An answer on its way out.
    struct Output {
        std::string head;
        HttpBody body;
        bool with_body = true;
        /// Another answer follows on this request (100 Continue).
        bool interim = false;
        std::size_t written = 0;

        [[nodiscard]] std::string_view body_view() const noexcept {
            return with_body ? body.view() : std::string_view();
        }
        [[nodiscard]] std::size_t size() const noexcept { return head.size() + body_view().size(); }
    };

    enum class Phase : std::uint8_t {
        idle,       ///< Between requests.
        head,       ///< Some bytes of a request line or headers.
        body,       ///< Headers are known, the body is coming.
        waiting,    ///< Someone works on the answer.
        writing,    ///< The answer is on its way out.
        streaming,  ///< The answer is being made and leaves as it is.
    };

    void consume(std::string_view input);
    [[nodiscard]] bool feed(std::string_view& input);
    void on_fault();
    [[nodiscard]] bool on_head();
    [[nodiscard]] bool deliver(std::string_view piece);
    void on_request();
    void follow_upload();
    void await_body();
    void finish_upload();
    void abort_upload(HttpEnd why);
    [[nodiscard]] std::string begin_answer(const HttpResponse& response, BodyEnd body_end);
    void after_stream_write();
    void end_stream(HttpEnd why);
    void tell_closed(HttpEnd why);
    void fail_request(unsigned status, std::string_view why);
    void send_continue();
    void next_request();
    void end_exchange();

    Connection& connection_;
    std::unique_ptr<RequestParser> parser_;
    std::string pending_;  ///< Read, not yet consumed.
    std::unique_ptr<Output> output_;
    std::unique_ptr<HttpUpload> upload_;      ///< While the body comes in pieces.
    std::unique_ptr<StreamedAnswer> stream_;  ///< While the answer leaves in pieces.
    FieldList answer_headers_;
    std::function<void(Abort)> abort_;
    ExchangeId exchange_ = 0;
    Phase phase_ = Phase::idle;
    bool keep_alive_ = true;
    bool one_request_ = false;
    bool head_only_ = false;
    bool http_1_0_ = false;
    bool peer_ended_ = false;
    bool taken_over_ = false;
    bool body_unread_ =
        false;  ///< The answer left before the body was in: the connection must end.
};

}  // namespace socketio::transport
