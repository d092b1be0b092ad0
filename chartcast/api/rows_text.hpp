#pragma once
// Rows as they are read over HTTP. Pure; any thread, since rows are immutable.

#include "viewers/live_charts.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace chartcast::api {

/// The last `limit` rows, in their order: `{dataset, epoch, v, fields, key, count, rows}`, where `count` is
/// that of all.
[[nodiscard]] std::string rows_json(std::string_view dataset, const viewers::RowsView& view,
                                    std::size_t limit);
/// The same as RFC 4180 has it, with \r\n. Null is an empty cell and an empty text is `""`, so that a decoder
/// makes the same rows of it.
[[nodiscard]] std::string rows_csv(const viewers::RowsView& view, std::size_t limit);

}  // namespace chartcast::api
