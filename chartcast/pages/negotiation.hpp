#pragma once
// What a request says about the answers that it would like. Pure; any thread. Source: RFC 9110, section 12.

#include <socketio/http.hpp>

#include <functional>
#include <string_view>

namespace chartcast::pages {

/// Calls `visit(item, weight)` for each element of a list such as `br;q=0.5, gzip`, in its order. Weights
/// are 0 to 1000; one that cannot be read counts as 0.
void for_each_preference(std::string_view list,
                         const std::function<void(std::string_view item, int weight)>& visit);

/// True when an Accept-Encoding field allows `coding` by name.
[[nodiscard]] bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

/// True when the client has this ETag already: If-None-Match names it, as it is or as W/ form, or is `*`.
[[nodiscard]] bool has_etag(const socketio::HttpRequest& request, std::string_view etag);

}  // namespace chartcast::pages
