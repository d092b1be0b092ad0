#pragma once
// Whether a text is one that a person may have written into a configuration. Pure; any thread.

#include <string_view>

namespace chartcast::config {

/// UTF-8 without control characters other than tab and line ends: yaml-cpp takes some for an end of file.
[[nodiscard]] bool is_plain_utf8(std::string_view text);

}  // namespace chartcast::config
