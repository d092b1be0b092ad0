#pragma once
// One cell: what comes from outside, and what is kept. Any thread.

#include "live/field.hpp"
#include "live/row_error.hpp"
#include <socketio/value.hpp>

#include <boost/system/result.hpp>

namespace chartcast::live {

/// 2^53-1: the largest whole number that JavaScript tells from its neighbours.
inline constexpr std::int64_t integer_max = 9'007'199'254'740'991;
/// A json cell is drawn, not searched: deeper ones are somebody's mistake.
inline constexpr int cell_depth_max = 32;

using CellResult = boost::system::result<socketio::Value, RowErrorCode>;

/// The value as it is kept, one kind of Value for each type: number is a double, integer and time are
/// int64, null is null. Equal cells are then equal bytes on the wire.
[[nodiscard]] CellResult check_cell(FieldType type, const socketio::Value& value);

}  // namespace chartcast::live
