#pragma once
// The answers that a repeated request gets again: 24 hours or 100,000 keys, whatever ends first. Only
// batches that were accepted are remembered; one that was refused did nothing, and may be tried again.
// Lives on one shard.

#include "live/position.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace chartcast::live {

struct RememberedResult {
    std::string key;
    std::string body_hash;
    Position position;
    bool changed = false;
    std::size_t rows = 0;
    std::int64_t ts = 0;
};

class IdempotencyWindow {
public:
    static constexpr std::size_t keys_max = 100'000;
    static constexpr std::chrono::milliseconds age_max = std::chrono::hours(24);

    /// nullptr when there is none, or when it is too old at `ts`.
    [[nodiscard]] const RememberedResult* find(const std::string& key, std::int64_t ts) const;
    /// Forgets what is too old at the result's time. REQUIRES: find() gave nothing for the key.
    void remember(RememberedResult result);
    /// The oldest first.
    [[nodiscard]] const std::deque<RememberedResult>& results() const noexcept { return results_; }

private:
    void forget_oldest();

    std::deque<RememberedResult> results_;
    /// Counted from the first result ever, so that forgetting does not move the others.
    std::uint64_t forgotten_ = 0;
    boost::unordered_flat_map<std::string, std::uint64_t> places_;
};

}  // namespace chartcast::live
