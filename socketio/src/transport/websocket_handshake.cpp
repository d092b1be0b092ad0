#include "transport/websocket_handshake.hpp"

#include "transport/http_connection.hpp"
#include "transport/http_response.hpp"
#include "wire/websocket_deflate.hpp"
#include "wire/websocket_frame.hpp"

#include <algorithm>

namespace socketio::transport {

namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool list_contains(std::string_view list, std::string_view token) noexcept {
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (equal_ignoring_case(trim(list.substr(0, comma)), token)) return true;
        if (comma == std::string_view::npos) break;
        list.remove_prefix(comma + 1);
    }
    return false;
}

bool is_token(std::string_view text) noexcept {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
               marks.find(c) != std::string_view::npos;
    });
}

/// Empty without an offer or an interest in one; an error for a header that is none.
Result<std::string_view> negotiate(const HttpRequest& request, const Options& options) {
    if (!options.per_message_deflate) return std::string_view();
    // A list may be spread over several headers.
    std::optional<std::string> offers;
    for (const auto& [name, value] : request.headers) {
        if (name != "sec-websocket-extensions") continue;
        if (!offers) {
            offers.emplace(value);
        } else {
            offers->append(", ").append(value);
        }
    }
    return offers ? wire::negotiate_deflate(trim(*offers)) : std::string_view();
}

HttpResponse fault(unsigned status, std::string_view why) {
    HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "text/html");
    response.body = HttpBody(std::string(why));
    return response;
}

}  // namespace

bool is_websocket_upgrade(const HttpRequest& request) {
    return equal_ignoring_case(trim(request.headers.get("upgrade")), "websocket") &&
           list_contains(request.headers.get("connection"), "upgrade");
}

std::optional<HttpResponse> check_websocket_request(const HttpRequest& request,
                                                    const Options& options) {
    if (request.method != "GET") return fault(405, "Invalid HTTP method");
    if (!wire::is_websocket_key(trim(request.headers.get("sec-websocket-key")))) {
        return fault(400, "Missing or invalid Sec-WebSocket-Key header");
    }
    if (trim(request.headers.get("sec-websocket-version")) != "13") {
        auto response = fault(400, "Missing or invalid Sec-WebSocket-Version header");
        response.headers.add("Sec-WebSocket-Version", "13");
        return response;
    }
    if (!negotiate(request, options)) return fault(400, "Invalid Sec-WebSocket-Extensions header");
    return std::nullopt;
}

std::string_view deflate_answer(const HttpRequest& request, const Options& options) {
    return negotiate(request, options).value();
}

std::string accept_head(const HttpRequest& request, const FieldList& extra, std::string_view date) {
    HttpResponse response;
    response.status = 101;
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Connection", "Upgrade");
    response.headers.add("Sec-WebSocket-Accept",
                         wire::websocket_accept(trim(request.headers.get("sec-websocket-key"))));
    const auto offered = request.headers.get("sec-websocket-protocol");
    const auto first = trim(offered.substr(0, offered.find(',')));
    if (is_token(first)) response.headers.add("Sec-WebSocket-Protocol", first);
    return write_head(response, extra, {date, true, false});
}

void refuse_connection(HttpConnection& connection, HttpResponse response) {
    connection.end_after_answer();
    connection.answer(std::move(response));
}

}  // namespace socketio::transport
