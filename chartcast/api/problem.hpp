#pragma once
// Errors of the HTTP API as `application/problem+json` (RFC 9457). Any thread.

#include <socketio/http.hpp>

#include <string_view>

namespace chartcast::api {

/// `code` is one word for programs, `detail` a sentence for people.
[[nodiscard]] socketio::HttpResponse problem(unsigned status, std::string_view code,
                                             std::string_view detail);

}  // namespace chartcast::api
