#pragma once
// The browser's files that the build has bundled: scripts and styles whose names end in the hash of what they
// hold, so that browsers keep them for good. Before start-up only.

#include <string>
#include <string_view>

namespace chartcast::pages {

/// Where a page finds the file of an entry: "/assets/chart_page-3XKWQ2AB.js" of "chart_page". Throws
/// std::logic_error that names an entry which the bundle does not have.
[[nodiscard]] std::string asset_address(std::string_view entry);

/// Behind the last slash.
[[nodiscard]] std::string_view file_name(std::string_view path) noexcept;
/// "chart_page-3XKWQ2AB.js": another content has another name.
[[nodiscard]] bool is_hashed(std::string_view file_name) noexcept;

}  // namespace chartcast::pages
