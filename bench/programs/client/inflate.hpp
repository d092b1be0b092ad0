#pragma once
// One compressed message, read: to see that a benchmark counts real ones.

#include <optional>
#include <string>
#include <string_view>

namespace bench {

/// A message of permessage-deflate without context takeover (RFC 7692, section 7.2.2), or the beginning of a
/// long one. Nothing when it is broken.
[[nodiscard]] std::optional<std::string> inflate(std::string_view payload);

}  // namespace bench
