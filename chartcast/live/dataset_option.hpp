#pragma once
// Rows as ECharts takes them: an element of an option's `dataset`. Any thread.

#include "live/row.hpp"
#include <socketio/value.hpp>

#include <span>
#include <string_view>

namespace chartcast::live {

/// `{id, dimensions, source}`; with `sourceHeader: false` where ECharts would take the first row for a
/// header, because it holds nothing but texts.
[[nodiscard]] socketio::Object dataset_option(std::string_view id, const Schema& schema,
                                              std::span<const RowRef> rows);

}  // namespace chartcast::live
