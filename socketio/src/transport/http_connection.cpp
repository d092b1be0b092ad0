#include "transport/http_connection.hpp"

#include "base/assert.hpp"
#include "transport/guarded.hpp"
#include "transport/handshake.hpp"
#include "transport/http_response.hpp"
#include "transport/request_parser.hpp"
#include "transport/router.hpp"
#include "transport/transport_shard.hpp"

#include <utility>

namespace socketio::transport {

HttpConnection::HttpConnection(Connection& connection) : connection_(connection) {
    connection_.set_deadline(connection_.home().options().http_keep_alive_timeout);
}

HttpConnection::~HttpConnection() {
    // Closed without a word before: only a server that stops does that to a body under way.
    const auto why = peer_ended_ ? HttpEnd::peer_gone : HttpEnd::shutdown;
    if (stream_ && !stream_->broken_off()) tell_closed(why);
    connection_.home().exchanges().close(exchange_);
    abort_upload(why);
}

// ---- Reading -----------------------------------------------------------------------------------------

void HttpConnection::on_bytes(std::span<char> bytes) {
    const std::string_view fresh(bytes.data(), bytes.size());
    if (phase_ == Phase::waiting || phase_ == Phase::writing || phase_ == Phase::streaming) {
        // The next request, before this one has its answer: kept, within bounds.
        pending_ += fresh;
        if (pending_.size() > connection_.home().options().http_header_bytes_max) {
            connection_.pause_reading();
        }
        return;
    }
    if (upload_ && !upload_->held) await_body();
    if (pending_.empty()) {
        consume(fresh);
    } else {
        pending_ += fresh;
        consume(std::exchange(pending_, {}));
    }
}

void HttpConnection::consume(std::string_view input) {
    const auto& options = connection_.home().options();
    while (!input.empty() && !(upload_ && upload_->waits())) {
        if (phase_ == Phase::idle) {
            parser_ = std::make_unique<RequestParser>(options.http_header_bytes_max);
            phase_ = Phase::head;
            connection_.set_deadline(options.http_request_timeout);
        }
        const auto before = input.size();
        if (!feed(input)) return;
        if (input.size() == before) {
            // A line of a chunked body that does not end; the head has its bound in the parser.
            if (phase_ == Phase::body && before > options.http_header_bytes_max) {
                return fail_request(400, "malformed request\n");
            }
            break;
        }
    }
    pending_ = input;
}

/// Takes some of `input`. False when that ended the reading of this request, well or not.
bool HttpConnection::feed(std::string_view& input) {
    const auto taken = parser_->feed(input);
    input.remove_prefix(taken);
    const bool head_is_new = phase_ == Phase::head && parser_->header_done();
    if (parser_->fault() == RequestParser::Fault::none &&
        ((head_is_new && !on_head()) || !deliver(parser_->piece()))) {
        // It has its answer. When there is more of it, that is not worth reading.
        if (!body_unread_) pending_ = input;
        return false;
    }
    if (parser_->fault() != RequestParser::Fault::none) {
        on_fault();
        return false;
    }
    if (parser_->done() && !(upload_ && upload_->waits())) {
        // Perhaps the next request; after an upgrade, the next protocol's first bytes.
        pending_ = input;
        on_request();
        return false;
    }
    return true;
}

void HttpConnection::on_fault() {
    switch (parser_->fault()) {
        case RequestParser::Fault::none: return;
        case RequestParser::Fault::malformed: return fail_request(400, "malformed request\n");
        case RequestParser::Fault::header_too_large: return fail_request(431, "");
        case RequestParser::Fault::body_too_large: return fail_request(413, "");
    }
}

bool HttpConnection::on_head() {
    phase_ = Phase::body;
    keep_alive_ = parser_->keep_alive() && !one_request_;
    http_1_0_ = parser_->http_1_0();
    head_only_ = parser_->method() == "HEAD";
    exchange_ = connection_.home().exchanges().open(*this);
    if (!parser_->done() && route_upload(*this, *parser_)) return phase_ == Phase::body;
    parser_->set_body_bytes_max(body_bytes_max(connection_.home(), parser_->target()));
    if (parser_->done() || parser_->fault() != RequestParser::Fault::none) return true;
    if (parser_->expects_continue()) send_continue();
    announce_body(*this, *parser_);
    return phase_ == Phase::body;
}

void HttpConnection::on_request() {
    if (upload_) return finish_upload();
    phase_ = Phase::waiting;
    connection_.cancel_deadline();
    auto request = parser_->take_request();
    parser_.reset();
    tell_client(request, connection_);
    route(*this, std::move(request));
}

void HttpConnection::resume_upgrade(std::size_t endpoint, HttpRequest request, std::string bytes) {
    phase_ = Phase::waiting;
    connection_.cancel_deadline();
    pending_ = std::move(bytes);
    exchange_ = connection_.home().exchanges().open(*this);
    route_upgrade(*this, endpoint, std::move(request));
}

std::string HttpConnection::take_over() {
    taken_over_ = true;
    end_exchange();
    connection_.cancel_deadline();
    return std::exchange(pending_, {});
}

void HttpConnection::fail_request(unsigned status, std::string_view why) {
    if (exchange_ == 0) exchange_ = connection_.home().exchanges().open(*this);
    if (phase_ == Phase::body && abort_) {
        std::exchange(abort_, nullptr)(status == 413 ? Abort::refused : Abort::gone);
    }
    body_unread_ = true;
    // It may have its own answer.
    abort_upload(status == 408 ? HttpEnd::timeout : HttpEnd::malformed);
    connection_.home().exchanges().answer(exchange_, {status, {}, HttpBody(std::string(why))});
}

void HttpConnection::on_end(bool failed) {
    peer_ended_ = true;
    if (phase_ == Phase::idle || phase_ == Phase::writing) return;
    if (phase_ == Phase::streaming) {
        // As in Node, a peer that ends its side wants no more; but what is complete still leaves.
        if (failed || !stream_->finished()) end_stream(HttpEnd::peer_gone);
        return;
    }
    const bool waits_for_long = static_cast<bool>(abort_);
    if (failed || phase_ != Phase::waiting || waits_for_long) {
        // Nobody will read the answer, or there will never be a whole request.
        auto abort = std::exchange(abort_, nullptr);
        end_exchange();
        phase_ = Phase::idle;
        if (abort) abort(Abort::gone);
        abort_upload(HttpEnd::peer_gone);
    }
}

bool HttpConnection::stays_after_end() const noexcept {
    // A peer that has closed only its own side still reads the answer.
    return phase_ == Phase::waiting;
}

void HttpConnection::on_deadline() {
    if (phase_ == Phase::head || phase_ == Phase::body) {
        fail_request(408, "");
    } else {
        if (stream_) end_stream(HttpEnd::timeout);
        connection_.close();
    }
}

void HttpConnection::on_shutdown() {
    keep_alive_ = false;
    if (phase_ == Phase::idle || phase_ == Phase::head) connection_.finish();
    if (phase_ == Phase::streaming && !stream_->finished()) break_off_stream(HttpEnd::shutdown);
}

// ---- Answering ---------------------------------------------------------------------------------------

HttpReply HttpConnection::reply() {
    return make_reply(connection_.home().network(), exchange_);
}

void HttpConnection::add_answer_header(std::string_view name, std::string_view value) {
    answer_headers_.add(name, value);
}

/// What both kinds of answers begin with: the head, after what is still to be written.
std::string HttpConnection::begin_answer(const HttpResponse& response, BodyEnd body_end) {
    auto& home = connection_.home();
    if (phase_ == Phase::body && !parser_->done()) body_unread_ = true;
    abort_ = nullptr;
    if (upload_) home.shard().bury(std::move(upload_));
    keep_alive_ = keep_alive_ && !body_unread_ && !peer_ended_ && !home.draining() &&
                  body_end != BodyEnd::by_close;
    auto head =
        write_head(response, answer_headers_, {home.date(), keep_alive_, http_1_0_, body_end});
    if (output_) head.insert(0, std::string_view(output_->head).substr(output_->written));
    output_.reset();
    connection_.set_deadline(home.options().http_request_timeout);
    connection_.want_write();
    return head;
}

void HttpConnection::answer(HttpResponse response) {
    auto head = begin_answer(response, BodyEnd::by_length);
    phase_ = Phase::writing;
    output_ =
        std::make_unique<Output>(Output{std::move(head), std::move(response.body), !head_only_});
}

void HttpConnection::send_continue() {
    output_ = std::make_unique<Output>(Output{"HTTP/1.1 100 Continue\r\n\r\n", {}, true, true});
    connection_.want_write();
}

void HttpConnection::gather(std::vector<iovec>& buffers) {
    if (stream_) return stream_->gather(buffers);
    if (!has_output()) return;
    const auto add = [&](std::string_view bytes) {
        if (!bytes.empty()) buffers.push_back({const_cast<char*>(bytes.data()), bytes.size()});
    };
    const auto head = output_->head.size();
    if (output_->written < head) {
        add(std::string_view(output_->head).substr(output_->written));
        add(output_->body_view());
    } else {
        add(output_->body_view().substr(output_->written - head));
    }
}

bool HttpConnection::on_written(std::size_t bytes) {
    connection_.home().shard().counters().http_bytes_written += bytes;
    if (stream_) {
        stream_->on_written(bytes);
    } else {
        output_->written += bytes;
    }
    return true;
}

void HttpConnection::after_write() {
    if (stream_) return after_stream_write();
    if (!output_) return;
    if (has_output()) {
        if (phase_ == Phase::writing) {
            connection_.set_deadline(connection_.home().options().http_request_timeout);
        }
        return;
    }
    const bool interim = output_->interim;
    output_.reset();
    if (!interim) next_request();
}

void HttpConnection::next_request() {
    end_exchange();
    parser_.reset();
    if (!keep_alive_) {
        connection_.finish();
        return;
    }
    phase_ = Phase::idle;
    connection_.set_deadline(connection_.home().options().http_keep_alive_timeout);
    if (!pending_.empty()) consume(std::exchange(pending_, {}));
    if (connection_.is_open() && !taken_over_) connection_.resume_reading();
}

void HttpConnection::end_exchange() {
    connection_.home().exchanges().close(std::exchange(exchange_, 0));
    answer_headers_ = {};
    abort_ = nullptr;
}

// ---- Requests in pieces ------------------------------------------------------------------------------

void HttpConnection::start_upload(const HttpStreamHandler& handler, const HttpRequest& request) {
    upload_ = std::make_unique<HttpUpload>(*this, request.path);
    auto& upload = *upload_;
    if (phase_ == Phase::body) {
        parser_->read_body_in_pieces();
        upload.continue_due = parser_->expects_continue();
        connection_.set_deadline(connection_.home().options().http_request_timeout);
    }
    upload.begin(handler, request);
    if (!upload_) return;  // It was answered.
    follow_upload();
    if (phase_ == Phase::waiting && !upload_->waits()) finish_upload();
}

/// False when that was the last of the request: it has its answer.
bool HttpConnection::deliver(std::string_view piece) {
    if (!upload_ || piece.empty()) return true;
    upload_->on_data(piece);
    if (upload_) follow_upload();
    return phase_ == Phase::body;
}

/// Reads or waits, as the reader wants it.
void HttpConnection::follow_upload() {
    const bool holds = upload_->waits();
    if (!holds && upload_->continue_due) {
        upload_->continue_due = false;
        send_continue();
    }
    if (holds == upload_->held) return;
    upload_->held = holds;
    if (holds) {
        connection_.pause_reading();
        connection_.cancel_deadline();
    } else {
        connection_.resume_reading();
        await_body();
    }
}

/// Until the next piece.
void HttpConnection::await_body() {
    const auto usual = connection_.home().options().http_request_timeout;
    connection_.set_deadline(upload_->silence_max.count() > 0 ? upload_->silence_max : usual);
}

void HttpConnection::allow_silence(std::chrono::milliseconds silence_max) {
    if (!upload_) return;
    upload_->silence_max = silence_max;
    if (phase_ == Phase::body && !upload_->held) await_body();
}

void HttpConnection::pause_body() {
    if (!upload_) return;
    upload_->pause();
    if (!upload_->in_call()) follow_upload();
}

void HttpConnection::resume_body() {
    if (!upload_) return;
    upload_->resume();
    if (upload_->in_call() || upload_->waits()) return;
    follow_upload();
    if (phase_ == Phase::waiting || parser_->done()) {
        finish_upload();
    } else {
        consume(std::exchange(pending_, {}));
    }
}

void HttpConnection::finish_upload() {
    phase_ = Phase::waiting;
    connection_.cancel_deadline();
    parser_.reset();
    auto& upload = *upload_;
    connection_.home().shard().bury(std::move(upload_));
    upload.on_end();
}

void HttpConnection::abort_upload(HttpEnd why) {
    if (!upload_) return;
    auto& upload = *upload_;
    connection_.home().shard().bury(std::move(upload_));
    upload.on_abort(why);
}

// ---- Answers in pieces -------------------------------------------------------------------------------

namespace {

/// Tells handlers at the end of the turn: they may do what those who are telling them are in the middle of.
struct Farewell final : shard::Mortal {
    Farewell(const base::Log& to, std::vector<std::function<void(HttpEnd)>> given, HttpEnd why)
        : log(to), handlers(std::move(given)), end(why) {}
    Farewell(const Farewell&) = delete;
    Farewell& operator=(const Farewell&) = delete;
    ~Farewell() override {
        for (const auto& handler : handlers) {
            guarded(log, "http handler failed", {}, [&] { handler(end); });
        }
    }

    const base::Log& log;
    std::vector<std::function<void(HttpEnd)>> handlers;
    HttpEnd end;
};

}  // namespace

void HttpConnection::answer_in_pieces(const HttpResponse& head,
                                      std::unique_ptr<StreamedAnswer> body) {
    const bool chunked = !http_1_0_;
    auto text = begin_answer(head, chunked ? BodyEnd::by_last_chunk : BodyEnd::by_close);
    stream_ = std::move(body);
    if (head_only_ || !may_have_body(head.status)) {
        phase_ = Phase::writing;
        output_ = std::make_unique<Output>(Output{std::move(text), {}, false});
        end_stream(HttpEnd::finished);
        return;
    }
    if (peer_ended_) {
        // As if it had ended its side a moment later.
        end_stream(HttpEnd::peer_gone);
        connection_.close();
        return;
    }
    phase_ = Phase::streaming;
    stream_->begin(std::move(text), chunked);
}

void HttpConnection::write_stream(std::string bytes) {
    if (stream_->finished()) return;  // Two threads, and this one came late.
    if (!stream_->has_output()) {
        connection_.set_deadline(connection_.home().options().http_request_timeout);
    }
    stream_->write(std::move(bytes));
    connection_.want_write();
}

void HttpConnection::finish_stream() {
    stream_->finish();
    // A body without chunks ends with the connection: where all of it was written, nothing is left to write.
    if (!stream_->has_output()) return after_stream_write();
    connection_.set_deadline(connection_.home().options().http_request_timeout);
    connection_.want_write();
}

void HttpConnection::break_off_stream(HttpEnd why) {
    keep_alive_ = false;
    stream_->break_off();
    tell_closed(why);
    connection_.finish();
}

void HttpConnection::on_stream_drain(std::function<void()> handler) {
    if (stream_->has_output()) {
        stream_->on_drain(std::move(handler));
    } else {
        guarded(connection_.home().log(), "http handler failed", {}, handler);
    }
}

void HttpConnection::on_stream_close(std::function<void(HttpEnd)> handler) {
    stream_->on_close(std::move(handler));
}

void HttpConnection::after_stream_write() {
    if (stream_->broken_off()) return;
    if (stream_->has_output()) {
        connection_.set_deadline(connection_.home().options().http_request_timeout);
        return;
    }
    if (stream_->finished()) {
        end_stream(HttpEnd::finished);
        next_request();
        return;
    }
    // It may be silent as long as it likes.
    connection_.cancel_deadline();
    for (const auto& handler : stream_->take_drain_handlers()) {
        guarded(connection_.home().log(), "http handler failed", {}, handler);
    }
}

void HttpConnection::end_stream(HttpEnd why) {
    tell_closed(why);
    stream_.reset();
}

/// Nobody writes any more.
void HttpConnection::tell_closed(HttpEnd why) {
    auto& home = connection_.home();
    home.exchanges().close(std::exchange(exchange_, 0));
    auto handlers = stream_->end(why);
    if (handlers.empty()) return;
    home.shard().bury(std::make_unique<Farewell>(home.log(), std::move(handlers), why));
}

}  // namespace socketio::transport
