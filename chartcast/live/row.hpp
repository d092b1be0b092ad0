#pragma once
// A row that is kept. Immutable and shared: the table, the batches that changed it and what waits to be
// sent hold the same one. Any thread.

#include "live/schema.hpp"
#include <socketio/value.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace chartcast::live {

/// One for each field, in their order.
using Cells = socketio::Array;

struct Row {
    /// Counts up from the first row of an epoch. A row keeps it while it is in the table, and the table is
    /// in its order.
    std::uint64_t seq = 0;
    /// The time of the batch that brought the row, in milliseconds since 1970.
    std::int64_t arrived = 0;
    /// About its length as JSON.
    std::uint32_t bytes = 0;
    Cells cells;
};

using RowRef = std::shared_ptr<const Row>;

[[nodiscard]] RowRef make_row(std::uint64_t seq, std::int64_t arrived, Cells cells);

/// What names the row on the wire: its cell of the key, a list of them when the key has several fields,
/// its sequence number when there is no key.
[[nodiscard]] socketio::Value wire_key(const Schema& schema, const Row& row);

[[nodiscard]] Cells key_cells(const Schema& schema, const Cells& cells);

/// A text for the key's cells; two rows have the same exactly when their keys are equal.
[[nodiscard]] std::string key_text(const Cells& key);
/// The same for a row: of its key, or of its sequence number when there is none.
[[nodiscard]] std::string key_text(const Schema& schema, const Row& row);

}  // namespace chartcast::live
