#include "transport/request_parser.hpp"

#include "wire/handshake_query.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace socketio::transport {

namespace http = boost::beast::http;

namespace {

std::string lower_case(boost::beast::string_view text) {
    std::string lower(text);
    for (auto& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

std::string_view to_std(boost::beast::string_view text) noexcept {
    return {text.data(), text.size()};
}

/// A body that is kept or, in pieces, only looked at.
struct Body {
    struct value_type {  // NOLINT(readability-identifier-naming): Beast names it.
        std::string kept;
        std::string_view piece;
        bool in_pieces = false;
    };

    class reader {  // NOLINT(readability-identifier-naming)
    public:
        template <bool is_request, class Fields>
        reader(http::header<is_request, Fields>&, value_type& body) : body_(body) {}

        void init(const boost::optional<std::uint64_t>& length, boost::system::error_code& ec) {
            ec = {};
            // Within the bound: it was checked when it was set.
            if (length && !body_.in_pieces) body_.kept.reserve(static_cast<std::size_t>(*length));
        }
        template <class Buffers>
        std::size_t put(const Buffers& buffers, boost::system::error_code& ec) {
            ec = {};
            std::size_t taken = 0;
            for (auto it = boost::asio::buffer_sequence_begin(buffers);
                 it != boost::asio::buffer_sequence_end(buffers); ++it) {
                const boost::asio::const_buffer buffer = *it;
                const std::string_view bytes(static_cast<const char*>(buffer.data()),
                                             buffer.size());
                if (body_.in_pieces) {
                    body_.piece = bytes;
                } else {
                    body_.kept += bytes;
                }
                taken += bytes.size();
            }
            return taken;
        }
        void finish(boost::system::error_code& ec) { ec = {}; }

    private:
        value_type& body_;
    };
};

}  // namespace

struct RequestParser::State {
    http::request_parser<Body> parser;
    Fault fault = Fault::none;
    bool in_body = false;
};

RequestParser::RequestParser(std::size_t header_bytes_max) : state_(std::make_unique<State>()) {
    state_->parser.header_limit(static_cast<std::uint32_t>(header_bytes_max));
    state_->parser.eager(false);
    // Whoever reads the head decides; Beast's own bound would refuse before.
    state_->parser.body_limit(boost::none);
}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view bytes) {
    std::size_t taken = 0;
    boost::system::error_code ec;
    state_->parser.get().body().piece = {};
    while (taken < bytes.size() && !done()) {
        if (header_done() && !state_->in_body) break;
        const auto rest = bytes.substr(taken);
        const auto used = state_->parser.put(boost::asio::buffer(rest.data(), rest.size()), ec);
        taken += used;
        if (ec == http::error::need_more) break;
        if (ec == http::error::header_limit) {
            state_->fault = Fault::header_too_large;
        } else if (ec == http::error::body_limit) {
            state_->fault = Fault::body_too_large;
        } else if (ec) {
            state_->fault = Fault::malformed;
        }
        if (ec || used == 0 || !piece().empty()) break;
    }
    return taken;
}

RequestParser::Fault RequestParser::fault() const noexcept {
    return state_->fault;
}

bool RequestParser::header_done() const noexcept {
    return state_->parser.is_header_done();
}

bool RequestParser::done() const noexcept {
    return state_->parser.is_done();
}

void RequestParser::set_body_bytes_max(std::size_t bytes) {
    state_->parser.body_limit(bytes);
    state_->parser.eager(true);
    state_->in_body = true;
    // A declared length over the limit is refused before a byte of it is read.
    const auto length = state_->parser.content_length();
    if (length && *length > bytes) state_->fault = Fault::body_too_large;
}

void RequestParser::read_body_in_pieces() {
    state_->parser.get().body().in_pieces = true;
    state_->in_body = true;
}

std::string_view RequestParser::piece() const noexcept {
    return state_->parser.get().body().piece;
}

std::string_view RequestParser::method() const {
    return to_std(state_->parser.get().method_string());
}

std::string_view RequestParser::target() const {
    return to_std(state_->parser.get().target());
}

std::string_view RequestParser::header(std::string_view name) const {
    const auto& fields = state_->parser.get();
    const auto found = fields.find(boost::beast::string_view(name.data(), name.size()));
    return found == fields.end() ? std::string_view() : to_std(found->value());
}

bool RequestParser::keep_alive() const {
    return state_->parser.get().keep_alive();
}

bool RequestParser::http_1_0() const {
    return state_->parser.get().version() < 11;
}

bool RequestParser::expects_continue() const {
    return !http_1_0() && lower_case(state_->parser.get()[http::field::expect]) == "100-continue";
}

HttpRequest RequestParser::copy_head() const {
    const auto& message = state_->parser.get();
    HttpRequest request;
    request.method = message.method_string();
    request.target = message.target();
    const std::string_view target = request.target;
    const auto mark = target.find('?');
    request.path = wire::percent_decode(target.substr(0, mark), false);
    if (mark != std::string_view::npos) {
        request.query = wire::parse_query_string(target.substr(mark + 1));
    }
    for (const auto& field : message) {
        request.headers.add(lower_case(field.name_string()), to_std(field.value()));
    }
    return request;
}

HttpRequest RequestParser::take_request() {
    auto request = copy_head();
    request.body = std::move(state_->parser.get().body().kept);
    return request;
}

}  // namespace socketio::transport
