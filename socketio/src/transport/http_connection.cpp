#include "transport/http_connection.hpp"

#include "base/assert.hpp"
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
    connection_.home().exchanges().close(exchange_);
}

// ---- Reading -----------------------------------------------------------------------------------------

void HttpConnection::on_bytes(std::span<char> bytes) {
    const std::string_view fresh(bytes.data(), bytes.size());
    if (phase_ == Phase::waiting || phase_ == Phase::writing) {
        // The next request, before this one has its answer: kept, within bounds.
        pending_ += fresh;
        if (pending_.size() > connection_.home().options().http_header_bytes_max) {
            connection_.pause_reading();
        }
        return;
    }
    if (pending_.empty()) {
        consume(fresh);
    } else {
        pending_ += fresh;
        consume(std::exchange(pending_, {}));
    }
}

void HttpConnection::consume(std::string_view input) {
    const auto& options = connection_.home().options();
    while (!input.empty()) {
        if (phase_ == Phase::idle) {
            parser_ = std::make_unique<RequestParser>(options.http_header_bytes_max);
            phase_ = Phase::head;
            connection_.set_deadline(options.http_request_timeout);
        }
        const auto taken = parser_->feed(input);
        input.remove_prefix(taken);
        const bool head_is_new = phase_ == Phase::head && parser_->header_done();
        // When the head alone was answered, the rest is not worth reading.
        if (parser_->fault() == RequestParser::Fault::none && head_is_new && !on_head()) return;
        if (parser_->fault() != RequestParser::Fault::none) return on_fault();
        if (parser_->done()) {
            // Perhaps the next request; after an upgrade, the next protocol's first bytes.
            pending_ = input;
            return on_request();
        }
        if (taken == 0 && !head_is_new) break;
    }
    pending_ = input;
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
    keep_alive_ = parser_->keep_alive();
    http_1_0_ = parser_->http_1_0();
    head_only_ = parser_->method() == "HEAD";
    exchange_ = connection_.home().exchanges().open(*this);
    parser_->set_body_bytes_max(body_bytes_max(connection_.home(), parser_->target()));
    if (parser_->done() || parser_->fault() != RequestParser::Fault::none) return true;
    if (parser_->header("Expect") == "100-continue") send_continue();
    announce_body(*this, *parser_);
    return phase_ == Phase::body;
}

void HttpConnection::on_request() {
    phase_ = Phase::waiting;
    connection_.cancel_deadline();
    auto request = parser_->take_request();
    parser_.reset();
    request.address = connection_.address();
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
    connection_.home().exchanges().answer(exchange_, {status, {}, HttpBody(std::string(why))});
}

void HttpConnection::on_end(bool failed) {
    peer_ended_ = true;
    if (phase_ == Phase::idle || phase_ == Phase::writing) return;
    const bool waits_for_long = static_cast<bool>(abort_);
    if (failed || phase_ != Phase::waiting || waits_for_long) {
        // Nobody will read the answer, or there will never be a whole request.
        auto abort = std::exchange(abort_, nullptr);
        end_exchange();
        phase_ = Phase::idle;
        if (abort) abort(Abort::gone);
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
        connection_.close();
    }
}

void HttpConnection::on_shutdown() {
    keep_alive_ = false;
    if (phase_ == Phase::idle || phase_ == Phase::head) connection_.finish();
}

// ---- Answering ---------------------------------------------------------------------------------------

HttpReply HttpConnection::reply() {
    return make_reply(connection_.home().network(), exchange_);
}

void HttpConnection::add_answer_header(std::string_view name, std::string_view value) {
    answer_headers_.add(name, value);
}

void HttpConnection::answer(HttpResponse response) {
    auto& home = connection_.home();
    if (phase_ == Phase::body) body_unread_ = true;
    abort_ = nullptr;
    phase_ = Phase::writing;
    keep_alive_ = keep_alive_ && !body_unread_ && !peer_ended_;
    auto head = write_head(response, answer_headers_, {home.date(), keep_alive_, http_1_0_});
    if (output_) head.insert(0, std::string_view(output_->head).substr(output_->written));
    output_ =
        std::make_unique<Output>(Output{std::move(head), std::move(response.body), !head_only_});
    connection_.set_deadline(home.options().http_request_timeout);
    connection_.want_write();
}

void HttpConnection::send_continue() {
    output_ = std::make_unique<Output>(Output{"HTTP/1.1 100 Continue\r\n\r\n", {}, true, true});
    connection_.want_write();
}

void HttpConnection::gather(std::vector<iovec>& buffers) {
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

void HttpConnection::after_write() {
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

}  // namespace socketio::transport
