#include "sources/sqlite_cell.hpp"

#include <socketio/json.hpp>

#include <string_view>

namespace chartcast::sources {
namespace {

using live::FieldType;
using socketio::Value;

std::optional<Value> text_cell(std::string_view text, FieldType type) {
    if (type != FieldType::json) return Value(text);
    auto parsed = socketio::parse_json(text);
    if (!parsed) return std::nullopt;
    return std::move(*parsed);
}

}  // namespace

std::optional<Value> sqlite_cell(sqlite3_stmt* row, int column, FieldType type) {
    switch (sqlite3_column_type(row, column)) {
        case SQLITE_NULL: return Value();
        case SQLITE_INTEGER: {
            const std::int64_t number = sqlite3_column_int64(row, column);
            if (type == FieldType::boolean && (number == 0 || number == 1)) {
                return Value(number == 1);
            }
            return Value(number);
        }
        case SQLITE_FLOAT: return Value(sqlite3_column_double(row, column));
        case SQLITE_TEXT: {
            const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
            return text_cell({text ? text : "", text ? size : 0}, type);
        }
        default: return std::nullopt;
    }
}

}  // namespace chartcast::sources
