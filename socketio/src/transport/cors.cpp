#include "transport/cors.hpp"

#include <algorithm>
#include <string>

namespace socketio::transport {

namespace {

std::string join(const std::vector<std::string>& parts) {
    std::string joined;
    for (const auto& part : parts) {
        if (!joined.empty()) joined += ',';
        joined += part;
    }
    return joined;
}

void add_origin(FieldList& headers, const CorsOptions& cors, std::string_view origin) {
    const auto listed = [&](std::string_view name) {
        return std::find(cors.origins.begin(), cors.origins.end(), name) != cors.origins.end();
    };
    // With credentials browsers refuse "*": the origin itself must stand there.
    if (listed("*") && !cors.credentials) {
        headers.add("Access-Control-Allow-Origin", "*");
        return;
    }
    if (!origin.empty() && (listed(origin) || listed("*"))) {
        headers.add("Access-Control-Allow-Origin", origin);
    }
    headers.add("Vary", "Origin");
}

}  // namespace

FieldList cors_headers(const CorsOptions& cors, const HttpRequest& request) {
    FieldList headers;
    add_origin(headers, cors, request.headers.get("origin"));
    if (cors.credentials) headers.add("Access-Control-Allow-Credentials", "true");
    if (!cors.exposed_headers.empty()) {
        headers.add("Access-Control-Expose-Headers", join(cors.exposed_headers));
    }
    return headers;
}

HttpResponse cors_preflight(const CorsOptions& cors, const HttpRequest& request) {
    HttpResponse response;
    response.status = 204;
    add_origin(response.headers, cors, request.headers.get("origin"));
    if (cors.credentials) response.headers.add("Access-Control-Allow-Credentials", "true");
    response.headers.add("Access-Control-Allow-Methods", join(cors.methods));
    if (!cors.allowed_headers.empty()) {
        response.headers.add("Access-Control-Allow-Headers", join(cors.allowed_headers));
    } else {
        response.headers.add("Vary", "Access-Control-Request-Headers");
        const auto asked = request.headers.get("access-control-request-headers");
        if (!asked.empty()) {
            response.headers.add("Access-Control-Allow-Headers", asked);
        }
    }
    if (cors.max_age) {
        response.headers.add("Access-Control-Max-Age", std::to_string(cors.max_age->count()));
    }
    response.headers.add("Content-Length", "0");
    return response;
}

bool is_admitted_origin(const Options& options, const HttpRequest& request) {
    const auto& allowed = options.allowed_origins;
    if (allowed.empty()) return true;
    // Each of them, should there be several.
    return std::all_of(request.headers.begin(), request.headers.end(), [&](const auto& field) {
        return field.first != "origin" ||
               std::find(allowed.begin(), allowed.end(), field.second) != allowed.end();
    });
}

}  // namespace socketio::transport
