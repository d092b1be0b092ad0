#pragma once
// One GET of the identity provider's key set, by libcurl. Blocks: lives on the key source's thread.

#include "auth/key_limits.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::auth {

struct FetchedKeys {
    /// Empty when it worked.
    std::string error;
    std::string body;
    /// What Cache-Control says.
    std::optional<std::chrono::seconds> max_age;
};

/// `stopped` is asked about once a second at least, and ends it early.
[[nodiscard]] FetchedKeys fetch_keys(const std::string& url, const FetchLimits& limits,
                                     const std::function<bool()>& stopped);

/// The seconds of `max-age` in a Cache-Control field; 0 for `no-store` and `no-cache`.
[[nodiscard]] std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control);

}  // namespace chartcast::auth
