#pragma once
// Rows from outside against the schema. Any thread.

#include "live/row.hpp"
#include "live/row_error.hpp"
#include "live/schema.hpp"
#include <socketio/value.hpp>

#include <optional>

namespace chartcast::live {

struct CheckedRow {
    /// One for each field, in their order.
    Cells cells;
    /// The fields that the row named; others are null in `cells`.
    DimSet present;
};

/// An object by field names, or a list of cells that names all fields in their order. Adds everything
/// that is wrong with the row to `errors`, and is nothing then.
[[nodiscard]] std::optional<CheckedRow> check_row(const Schema& schema,
                                                  const socketio::Value& value, std::size_t row,
                                                  RowErrors& errors);

/// The cells of a key, in the key's order: a list of them, an object by field names, or the bare cell
/// when the key is one field.
[[nodiscard]] std::optional<Cells> check_key(const Schema& schema, const socketio::Value& value,
                                             std::size_t row, RowErrors& errors);

/// RFC 6901: "/3/a~1b" for the field "a/b" of row 3.
[[nodiscard]] std::string row_pointer(std::size_t row, std::string_view field = {});

}  // namespace chartcast::live
