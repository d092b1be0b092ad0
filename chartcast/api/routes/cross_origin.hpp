#pragma once
// Answers that pages of other origins may read: CORS (WHATWG Fetch) for those that may connect, too. Without
// credentials: a token travels in a header that the page sets itself. Any thread.

#include "api/routes/services.hpp"
#include <socketio/http.hpp>

#include <string>
#include <string_view>

namespace chartcast::api {

/// Answers one request, at once or later. Copies answer the same one.
class LabelledReply {
public:
    LabelledReply(const Services& services, const socketio::HttpRequest& request,
                  socketio::HttpReply reply);

    void send(socketio::HttpResponse response) const;
    [[nodiscard]] socketio::HttpStream stream(socketio::HttpResponse head) const;

private:
    void label(socketio::FieldList& headers) const;

    socketio::HttpReply reply_;
    /// Empty: a page of this origin, one that may read nothing, or no page at all.
    std::string origin_;
};

/// To OPTIONS of a path with these methods, as in "GET, HEAD, POST".
[[nodiscard]] socketio::HttpResponse preflight_answer(const std::string& methods);

}  // namespace chartcast::api
