#include "program/origins.hpp"

#include <algorithm>
#include <string_view>

namespace chartcast::program {

namespace {

bool is_admitted(const config::ServerSettings& settings, std::string_view origin,
                 std::string_view host) {
    const auto scheme = origin.find("://");
    if (scheme != std::string_view::npos && origin.substr(scheme + 3) == host) return true;
    std::string_view own = settings.public_url;
    while (own.ends_with('/')) own.remove_suffix(1);
    if (!own.empty() && origin == own) return true;
    return std::find(settings.origins.begin(), settings.origins.end(), origin) !=
           settings.origins.end();
}

}  // namespace

bool may_connect_from(const config::ServerSettings& settings,
                      const socketio::HttpRequest& request) {
    return !request.headers.find("origin") || !admitted_origin(settings, request).empty();
}

std::string admitted_origin(const config::ServerSettings& settings,
                            const socketio::HttpRequest& request) {
    const auto origin = request.headers.get("origin");
    return is_admitted(settings, origin, request.headers.get("host")) ? std::string(origin)
                                                                      : std::string();
}

std::optional<socketio::CorsOptions> cors_for(const config::ServerSettings& settings) {
    if (settings.origins.empty()) return std::nullopt;
    socketio::CorsOptions cors;
    cors.origins = settings.origins;
    cors.credentials = true;
    return cors;
}

}  // namespace chartcast::program
