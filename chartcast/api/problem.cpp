#include "api/problem.hpp"

namespace chartcast::api {
namespace {

std::string_view title_of(unsigned status) noexcept {
    switch (status) {
        case 404: return "Not found";
        case 405: return "Method not allowed";
        case 503: return "Service unavailable";
        default: return "Error";
    }
}

}  // namespace

socketio::HttpResponse problem(unsigned status, std::string_view code, std::string_view detail) {
    auto response =
        socketio::HttpResponse::json(status, socketio::Object{{"type", "about:blank"},
                                                              {"title", title_of(status)},
                                                              {"status", status},
                                                              {"code", code},
                                                              {"detail", detail}});
    socketio::FieldList headers;
    headers.add("content-type", "application/problem+json");
    headers.add("cache-control", "no-store");
    response.headers = std::move(headers);
    return response;
}

}  // namespace chartcast::api
