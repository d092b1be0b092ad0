#include "transport/http_response.hpp"

#include "transport/http_reply_port.hpp"
#include "wire/handshake_query.hpp"
#include "wire/json.hpp"

#include <algorithm>
#include <utility>

namespace socketio {

HttpResponse HttpResponse::text(unsigned status, std::string body) {
    return {status, {}, HttpBody(std::move(body))};
}

HttpResponse HttpResponse::html(std::string body) {
    HttpResponse response{200, {}, HttpBody(std::move(body))};
    response.headers.add("Content-Type", "text/html; charset=utf-8");
    return response;
}

HttpResponse HttpResponse::json(unsigned status, const Value& body) {
    HttpResponse response{status, {}, HttpBody(wire::to_json(body))};
    response.headers.add("Content-Type", "application/json; charset=utf-8");
    return response;
}

void HttpReply::send(HttpResponse response) const {
    if (port_) port_->send(std::move(response));
}

HttpStream HttpReply::stream(HttpResponse head) const {
    return port_ ? port_->stream(std::move(head)) : HttpStream();
}

FieldList parse_query(std::string_view text) {
    return wire::parse_query_string(text);
}

}  // namespace socketio

namespace socketio::transport {

namespace {

void append_header(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    std::copy_if(value.begin(), value.end(), std::back_inserter(out),
                 [](char c) { return c != '\r' && c != '\n' && c != '\0'; });
    out += "\r\n";
}

bool is_name(std::string_view name, std::string_view lower_case_name) noexcept {
    return std::equal(
        name.begin(), name.end(), lower_case_name.begin(), lower_case_name.end(),
        [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

bool has_header(const FieldList& headers, std::string_view lower_case_name) {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const auto& field) { return is_name(field.first, lower_case_name); });
}

/// Where the body ends is said once: two answers to that are two answers to the peer.
bool says_body_end(std::string_view name) noexcept {
    return is_name(name, "content-length") || is_name(name, "transfer-encoding");
}

}  // namespace

bool may_have_body(unsigned status) noexcept {
    return status >= 200 && status != 204 && status != 304;
}

std::string write_head(const HttpResponse& response, const FieldList& extra,
                       const ResponseFrame& frame) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ' +
                       std::string(reason_phrase(response.status)) + "\r\n";
    const bool by_length = frame.body_end == BodyEnd::by_length;
    for (const auto& [name, value] : response.headers) {
        if (by_length || !says_body_end(name)) append_header(head, name, value);
    }
    for (const auto& [name, value] : extra) append_header(head, name, value);
    const auto body = response.body.view();
    if (!body.empty() && !has_header(response.headers, "content-type")) {
        append_header(head, "Content-Type", "text/plain; charset=utf-8");
    }
    if (may_have_body(response.status)) {
        if (by_length) append_header(head, "Content-Length", std::to_string(body.size()));
        if (frame.body_end == BodyEnd::by_last_chunk) {
            append_header(head, "Transfer-Encoding", "chunked");
        }
    }
    if (!frame.date.empty()) append_header(head, "Date", frame.date);
    if (!frame.keep_alive) {
        append_header(head, "Connection", "close");
    } else if (frame.http_1_0) {
        append_header(head, "Connection", "keep-alive");
    }
    head += "\r\n";
    return head;
}

std::string_view reason_phrase(unsigned status) noexcept {
    static constexpr std::pair<unsigned, std::string_view> phrases[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {207, "Multi-Status"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {507, "Insufficient Storage"},
    };
    const auto* found = std::find_if(std::begin(phrases), std::end(phrases),
                                     [&](const auto& entry) { return entry.first == status; });
    return found == std::end(phrases) ? std::string_view("Unknown") : found->second;
}

}  // namespace socketio::transport
