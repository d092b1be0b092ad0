#pragma once
// What SQLite holds to what a dataset holds. Any thread.

#include "live/field.hpp"
#include <socketio/value.hpp>

#include <optional>

#include <sqlite3.h>

namespace chartcast::sources {

/// The column of the row that the statement stands at; nothing for a blob, and for text that is no JSON
/// where the field is json. SQLite has no booleans and no JSON: 0 and 1 are booleans, text is read as JSON,
/// where the field is one.
[[nodiscard]] std::optional<socketio::Value> sqlite_cell(sqlite3_stmt* row, int column,
                                                         live::FieldType type);

}  // namespace chartcast::sources
