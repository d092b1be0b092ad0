#pragma once
// Which rows are the oldest by a field of theirs, where that is not the order in which they came. Lives on
// one shard.

#include "live/row_table.hpp"

#include <cstdint>
#include <vector>

namespace chartcast::live {

/// The time that the row's age counts from.
[[nodiscard]] std::int64_t born(const Schema& schema, const Row& row) noexcept;

/// A heap that learns of rows that came or changed their time, and finds out late about those that left.
class ExpiryQueue {
public:
    void add(const Schema& schema, const Row& row);
    /// Takes out the rows born before `limit`.
    [[nodiscard]] std::vector<RowRef> take(const Schema& schema, const RowTable& table,
                                           std::int64_t limit);
    /// When the oldest was born; may be of a row that has left since. INT64_MAX when there is none.
    [[nodiscard]] std::int64_t oldest() const noexcept;
    void clear() noexcept { heap_.clear(); }
    /// Drops what is known of rows that left, when that is most of it.
    void tidy(const Schema& schema, const RowTable& table);

private:
    struct Birth {
        std::int64_t time;
        std::uint64_t seq;
    };
    static bool later(const Birth& a, const Birth& b) noexcept { return a.time > b.time; }

    std::vector<Birth> heap_;
};

}  // namespace chartcast::live
