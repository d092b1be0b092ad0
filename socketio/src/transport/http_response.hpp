#pragma once
// A response's head as it goes over the wire. Any thread. RFC 9112, section 4.

#include "socketio/http.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::transport {

/// How the peer finds the body's end.
enum class BodyEnd : std::uint8_t { by_length, by_last_chunk, by_close };

struct ResponseFrame {
    std::string_view date;
    bool keep_alive = true;
    /// For an HTTP/1.0 peer, keep-alive must be said.
    bool http_1_0 = false;
    BodyEnd body_end = BodyEnd::by_length;
};

/// Status line, the response's headers, `extra`, and what HTTP demands. Line breaks within a value are
/// dropped: nobody's data can add a header.
[[nodiscard]] std::string write_head(const HttpResponse& response, const FieldList& extra,
                                     const ResponseFrame& frame);

/// Whether HTTP has a body for that status.
[[nodiscard]] bool may_have_body(unsigned status) noexcept;
[[nodiscard]] std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace socketio::transport
