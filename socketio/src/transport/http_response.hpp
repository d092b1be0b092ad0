#pragma once
// A response's head as it goes over the wire. Any thread. RFC 9112, section 4.

#include "socketio/http.hpp"

#include <string>
#include <string_view>

namespace socketio::transport {

struct ResponseFrame {
    std::string_view date;
    bool keep_alive = true;
    /// For an HTTP/1.0 peer, keep-alive must be said.
    bool http_1_0 = false;
};

/// Status line, the response's headers, `extra`, and what HTTP demands. Line breaks within a value are
/// dropped: nobody's data can add a header.
[[nodiscard]] std::string write_head(const HttpResponse& response, const FieldList& extra,
                                     const ResponseFrame& frame);

[[nodiscard]] std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace socketio::transport
