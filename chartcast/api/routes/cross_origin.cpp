#include "api/routes/cross_origin.hpp"

#include <utility>

namespace chartcast::api {

LabelledReply::LabelledReply(const Services& services, const socketio::HttpRequest& request,
                             socketio::HttpReply reply)
    : reply_(std::move(reply)),
      origin_(services.admitted_origin ? services.admitted_origin(request) : std::string()) {}

void LabelledReply::send(socketio::HttpResponse response) const {
    label(response.headers);
    reply_.send(std::move(response));
}

socketio::HttpStream LabelledReply::stream(socketio::HttpResponse head) const {
    label(head.headers);
    return reply_.stream(std::move(head));
}

void LabelledReply::label(socketio::FieldList& headers) const {
    // Also where nothing is allowed: a cache may have the answer to somebody else's request.
    headers.add("vary", "origin");
    if (origin_.empty()) return;
    headers.add("access-control-allow-origin", origin_);
    headers.add("access-control-expose-headers", "etag, retry-after, idempotent-replayed");
}

socketio::HttpResponse preflight_answer(const std::string& methods) {
    socketio::HttpResponse response{.status = 204, .headers = {}, .body = {}};
    response.headers.add("allow", methods + ", OPTIONS");
    response.headers.add("access-control-allow-methods", methods);
    response.headers.add("access-control-allow-headers",
                         "authorization, content-type, if-match, if-none-match, idempotency-key, "
                         "last-event-id");
    response.headers.add("access-control-max-age", "600");
    return response;
}

}  // namespace chartcast::api
