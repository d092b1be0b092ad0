#include "live/dataset_option.hpp"

#include "live/wire_ops.hpp"

#include <algorithm>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;

/// ECharts looks at the first ten cells of the first row: texts alone, but for nulls and "-", are a header.
bool looks_like_header(const Cells& cells) {
    constexpr std::size_t looked_at = 10;
    const auto end = cells.begin() + static_cast<std::ptrdiff_t>(std::min(cells.size(), looked_at));
    return std::all_of(cells.begin(), end,
                       [](const Value& cell) { return cell.is_null() || cell.if_string(); });
}

}  // namespace

Object dataset_option(std::string_view id, const Schema& schema, std::span<const RowRef> rows) {
    Array dimensions;
    for (const auto& field : schema.fields()) dimensions.emplace_back(field.name);
    Object dataset{{"id", id}, {"dimensions", std::move(dimensions)}, {"source", wire_rows(rows)}};
    if (!rows.empty() && looks_like_header(rows.front()->cells)) {
        dataset.append("sourceHeader", false);
    }
    return dataset;
}

}  // namespace chartcast::live
