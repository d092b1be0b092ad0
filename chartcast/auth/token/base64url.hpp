#pragma once
// Base64 with the URL-safe alphabet and without padding (RFC 4648, section 5), as tokens carry it. Any thread.

#include <optional>
#include <string>
#include <string_view>

namespace chartcast::auth {

[[nodiscard]] std::string to_base64url(std::string_view bytes);
/// Nothing for padding, spaces, other characters, an impossible length, or bits beyond the last byte that
/// are not zero: one token has one text.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace chartcast::auth
