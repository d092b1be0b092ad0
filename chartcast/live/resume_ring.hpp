#pragma once
// The last batches of a dataset: what a viewer missed who comes back. Lives on one shard.

#include "live/conflate.hpp"
#include "live/delta.hpp"
#include "live/position.hpp"

#include <cstddef>
#include <deque>
#include <optional>

namespace chartcast::live {

class ResumeRing {
public:
    static constexpr std::size_t batches_max = 256;
    /// Of rows, about as JSON; the newest batch is kept whatever its size.
    static constexpr std::size_t bytes_max = 1024 * 1024;

    /// REQUIRES: the batch begins where the last one ended.
    void push(Delta batch);
    void clear();

    /// All that happened since, as one delta; an empty one for a viewer who missed nothing. Nothing when
    /// the ring does not reach back so far, and for a place that is not in this history: then only a
    /// snapshot helps.
    [[nodiscard]] std::optional<Delta> since(const Schema& schema, const Position& now,
                                             const Position& seen) const;

    [[nodiscard]] std::size_t size() const noexcept { return batches_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    struct Batch {
        Delta delta;
        std::size_t bytes;
    };
    std::deque<Batch> batches_;
    std::size_t bytes_ = 0;
};

}  // namespace chartcast::live
