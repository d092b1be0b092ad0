#pragma once
// Origins and networks, as text. Pure; any thread.

#include <string>
#include <string_view>

namespace chartcast::config {

/// `https://host` or `http://host:port`, without a path; with `wildcards` also `https://*.host`.
[[nodiscard]] bool is_origin(std::string_view text, bool wildcards) noexcept;
/// An address, or `address/bits`, IPv4 or IPv6.
[[nodiscard]] bool is_network(const std::string& text) noexcept;

}  // namespace chartcast::config
