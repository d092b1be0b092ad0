#pragma once
// What a set of viewers is told of a delta: PRODUCT's ops, idempotent, as they travel. Any thread.
//
//   ["replace", rows, seq]                    the table
//   ["trim", seq]                             rows with a lower sequence number are gone
//   ["remove", [key, ...]]
//   ["append", firstSeq, rows]                new rows with consecutive numbers; who has one skips it
//   ["upsert", rows, seq]                     rows that are new to some, in the place that `seq` gives
//   ["upsert", rows]                          rows that are there, whole
//   ["set", [[key, {"dim": value}], ...]]     cells of rows that are there
//
// `seq` is the number of the first row when the others count on from there, else a list with one for each.

#include "live/delta.hpp"
#include "live/row_access.hpp"
#include <socketio/value.hpp>

#include <span>

namespace chartcast::live {

/// Nothing when the set sees nothing of it. Rows that come into view are upserts, those that go out of
/// view are removes.
[[nodiscard]] socketio::Array wire_ops(const Schema& schema, const Delta& delta,
                                       const AccessSet& access);

/// The `seq` of these rows, in their order; 0 when there are none.
[[nodiscard]] socketio::Value wire_seq(std::span<const RowRef> rows);
[[nodiscard]] socketio::Array wire_rows(std::span<const RowRef> rows);

}  // namespace chartcast::live
