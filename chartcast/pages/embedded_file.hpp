#pragma once
// A file that was put into the binary at build time (cmake/embed.cmake). Immutable; any thread.

#include <string_view>

namespace chartcast::pages {

struct EmbeddedFile {
    /// As in the URL, "seed.js".
    std::string_view name;
    std::string_view content_type;
    /// Quoted, as the ETag field carries it.
    std::string_view etag;
    std::string_view identity;
    /// Empty where compression would not make the file smaller.
    std::string_view gzip;
    std::string_view brotli;
};

}  // namespace chartcast::pages
