#pragma once
// What one batch changed, or several in a row: net, so that it says nothing twice. Whoever has any version
// from `from` to `to` ends at `to` by it; an overlap does no harm. Any thread.
//
// To be applied in this order: the new table, what is trimmed, what is removed, what is new, what changed.

#include "live/row.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace chartcast::live {

struct RowChange {
    enum class Kind : std::uint8_t {
        appended,  ///< New, at the end, by an append.
        upserted,  ///< New, or written whole.
        updated,   ///< The fields in `changed` have new values.
        removed,
    };
    Kind kind = Kind::upserted;
    /// As it is now; as it was last when removed.
    RowRef row;
    DimSet changed;
    /// Other access values that rows of this key had since `from`: who saw one of them may have the row.
    Cells access_before;
};

struct Delta {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    /// The time of the last batch.
    std::int64_t ts = 0;
    /// How many batches.
    std::size_t batches = 0;

    /// The whole table, which takes the place of everything before.
    std::optional<std::vector<RowRef>> replace;
    /// Rows with a lower seq are gone; 0 when none is.
    std::uint64_t trim_before = 0;
    /// The access values of the rows that the trim took.
    Cells trimmed_access;
    /// At most one for each key.
    std::vector<RowChange> changes;

    [[nodiscard]] bool empty() const noexcept {
        return !replace && trim_before == 0 && changes.empty();
    }
};

/// About how long all that it holds is as JSON.
[[nodiscard]] std::size_t delta_bytes(const Delta& delta) noexcept;

/// Adds the value unless it is there.
void add_access(Cells& values, const socketio::Value& value);

}  // namespace chartcast::live
