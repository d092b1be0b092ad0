#pragma once
// Pages of other origins: labels on engine answers and client files, which keep nobody out, and who is let
// in. Any thread. WHATWG Fetch, "CORS protocol"; labels as npm's cors module, which Node's server uses, has them.

#include "socketio/http.hpp"
#include "socketio/options.hpp"

namespace socketio::transport {

/// What to add to the answer of a plain request. An origin that is not listed gets no label and is served.
[[nodiscard]] FieldList cors_headers(const CorsOptions& cors, const HttpRequest& request);
/// The answer to a preflight (OPTIONS).
[[nodiscard]] HttpResponse cors_preflight(const CorsOptions& cors, const HttpRequest& request);
/// Nothing in Options::allowed_origins is against a request of that Origin.
[[nodiscard]] bool is_admitted_origin(const Options& options, const HttpRequest& request);

}  // namespace socketio::transport
