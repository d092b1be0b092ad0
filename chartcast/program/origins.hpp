#pragma once
// Which browsers may connect: a page of another origin is refused, not only left without CORS labels, since
// WebSockets know no CORS. Any shard.

#include "config/settings.hpp"
#include <socketio/http.hpp>
#include <socketio/options.hpp>

#include <optional>
#include <string>

namespace chartcast::program {

/// Whether the handshake comes from a page that may connect: of this server, of `public_url`, or of one of
/// `origins`. Without an Origin header it comes from no browser, and may.
[[nodiscard]] bool may_connect_from(const config::ServerSettings& settings,
                                    const socketio::HttpRequest& request);

/// The Origin header of a request that comes from such a page, else empty: those who may connect may read
/// answers of the API as well.
[[nodiscard]] std::string admitted_origin(const config::ServerSettings& settings,
                                          const socketio::HttpRequest& request);

/// So that pages of these origins may use long-polling; nothing when there are none.
[[nodiscard]] std::optional<socketio::CorsOptions> cors_for(const config::ServerSettings& settings);

}  // namespace chartcast::program
