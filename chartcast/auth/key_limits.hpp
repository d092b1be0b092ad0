#pragma once
// The bounds of fetching and keeping the identity provider's keys, with their reasons.

#include <chrono>
#include <cstddef>

namespace chartcast::auth {

/// Of one fetch: what a provider that hangs or sends without end may cost.
struct FetchLimits {
    std::chrono::milliseconds timeout{5'000};
    std::size_t bytes_max = 1024 * 1024;
    long redirects_max = 3;
};

struct KeyLimits {
    FetchLimits fetch;
    /// Between two fetches for the sake of an unknown kid.
    std::chrono::milliseconds ask_interval = std::chrono::seconds(30);
    /// What max-age may be, and what it is when the provider says nothing.
    std::chrono::milliseconds fresh_min = std::chrono::minutes(1);
    std::chrono::milliseconds fresh_max = std::chrono::hours(24);
    std::chrono::milliseconds fresh_default = std::chrono::minutes(10);
    /// After a failure: doubled each time.
    std::chrono::milliseconds retry_min = std::chrono::seconds(1);
    std::chrono::milliseconds retry_max = std::chrono::seconds(30);
    /// How long keys serve on while the provider fails.
    std::chrono::milliseconds stale_max = std::chrono::hours(24);
    /// Tokens of the process that wait for a fetch.
    std::size_t waiting_max = 1000;
};

}  // namespace chartcast::auth
