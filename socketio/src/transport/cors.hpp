#pragma once
// Cross-origin labels on engine answers and client files. Any thread. WHATWG Fetch, "CORS protocol";
// behaves as npm's cors module, which Node's server uses.

#include "socketio/http.hpp"
#include "socketio/options.hpp"

namespace socketio::transport {

/// What to add to the answer of a plain request. An origin that is not listed gets no label and is served.
[[nodiscard]] FieldList cors_headers(const CorsOptions& cors, const HttpRequest& request);
/// The answer to a preflight (OPTIONS).
[[nodiscard]] HttpResponse cors_preflight(const CorsOptions& cors, const HttpRequest& request);

}  // namespace socketio::transport
