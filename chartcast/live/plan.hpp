#pragma once
// What an entry asks for, checked against schema and rows before anything is touched: a batch happens
// whole or not at all. Lives on one shard.

#include "live/dataset_state.hpp"
#include "live/entry.hpp"
#include "live/row_error.hpp"

#include <vector>

namespace chartcast::live {

struct PlannedRow {
    /// Empty for a new row.
    RowRef existing;
    /// As the row shall be.
    Cells cells;
    /// Of an existing row: what differs.
    DimSet changed;
};

struct Plan {
    /// `rows` are the whole table.
    bool replace = false;
    std::vector<RowRef> removed;
    std::vector<PlannedRow> rows;

    /// Something is wrong with the entry; the rest counts for nothing.
    RowErrors errors;
    /// What is wrong is that rows are not there.
    bool missing_key = false;

    [[nodiscard]] bool changes_nothing() const noexcept {
        return !replace && removed.empty() && rows.empty();
    }
};

/// `now` is the time that ages count from. An `expire` entry plans nothing.
[[nodiscard]] Plan make_plan(const DatasetState& state, const Entry& entry, std::int64_t now);

/// A row that is born earlier is too old at `now`. INT64_MIN when rows have no age.
[[nodiscard]] std::int64_t birth_limit(const Schema& schema, std::int64_t now) noexcept;

}  // namespace chartcast::live
