#pragma once
// Several deltas in a row become one: a new table wins over everything before, rows merge by key, appends
// follow each other and are trimmed. Lives on one shard.

#include "live/delta.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <string>

namespace chartcast::live {

/// What waits to be sent. Its cost is that of the rows that changed, however often they did.
class Conflation {
public:
    /// `schema` must outlive it.
    explicit Conflation(const Schema& schema) : schema_(schema) {}

    /// REQUIRES: `next` begins where the last one ended.
    void add(const Delta& next);
    [[nodiscard]] bool empty() const noexcept { return merged_.batches == 0; }
    [[nodiscard]] const Delta& merged() const noexcept { return merged_; }
    /// Leaves it empty.
    [[nodiscard]] Delta take();

private:
    void replace(const std::vector<RowRef>& rows);
    void trim(const Delta& next);
    void merge(const RowChange& next);
    void note_access(RowChange& change, const RowChange& earlier) const;

    const Schema& schema_;
    Delta merged_;
    /// Where in merged_.changes a key is.
    boost::unordered_flat_map<std::string, std::size_t> places_;
};

/// REQUIRES: `second` begins where `first` ends.
[[nodiscard]] Delta conflate(const Schema& schema, const Delta& first, const Delta& second);

}  // namespace chartcast::live
