#include "program/origins.hpp"

#include <algorithm>
#include <string_view>

namespace chartcast::program {

bool may_connect_from(const config::ServerSettings& settings,
                      const socketio::HttpRequest& request) {
    const auto origin = request.headers.find("origin");
    if (!origin) return true;
    const auto scheme = origin->find("://");
    if (scheme != std::string_view::npos &&
        origin->substr(scheme + 3) == request.headers.get("host")) {
        return true;
    }
    std::string_view own = settings.public_url;
    while (own.ends_with('/')) own.remove_suffix(1);
    if (!own.empty() && *origin == own) return true;
    return std::find(settings.origins.begin(), settings.origins.end(), *origin) !=
           settings.origins.end();
}

std::optional<socketio::CorsOptions> cors_for(const config::ServerSettings& settings) {
    if (settings.origins.empty()) return std::nullopt;
    socketio::CorsOptions cors;
    cors.origins = settings.origins;
    cors.credentials = true;
    return cors;
}

}  // namespace chartcast::program
