#pragma once
// RFC 4648. Any thread.

#include <optional>
#include <string>
#include <string_view>

namespace socketio::base {

/// Standard alphabet, padded.
void append_base64(std::string& out, std::string_view bytes);
/// URL-safe alphabet, no padding.
[[nodiscard]] std::string base64url(std::string_view bytes);
/// Standard or URL-safe alphabet, padding optional; nothing for any other character or length.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace socketio::base
