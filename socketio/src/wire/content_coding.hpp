#pragma once
// How the body of an HTTP answer may be compressed: what a client takes, and the streams that it is then sent.
// Any thread. RFC 9110, section 12.5.3; RFC 1950 and 1952.

#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::wire {

enum class ContentCoding : std::uint8_t {
    identity,
    gzip,
    deflate,  ///< zlib's format, as the name means in HTTP.
};

/// As it stands in Content-Encoding.
[[nodiscard]] std::string_view to_string(ContentCoding coding) noexcept;

/// Which of gzip and deflate an Accept-Encoding likes best, as npm's accepts decides: the higher quality, then
/// a name of its own before `*`, then the earlier. Identity for one that names neither, or none.
[[nodiscard]] ContentCoding choose_coding(std::string_view accept_encoding) noexcept;

/// A whole stream of `body` in that coding from what Deflater::deflate() made of it.
/// REQUIRES: a coding that is not identity.
[[nodiscard]] std::string wrap_deflated(ContentCoding coding, std::string_view deflated,
                                        std::string_view body);

}  // namespace socketio::wire
