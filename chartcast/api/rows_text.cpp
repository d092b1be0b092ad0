#include "api/rows_text.hpp"

#include <socketio/json.hpp>

#include <algorithm>
#include <span>

namespace chartcast::api {
namespace {

using socketio::Value;

std::span<const live::RowRef> newest(const viewers::RowsView& view, std::size_t limit) {
    const std::span<const live::RowRef> rows(view.rows);
    return rows.last(std::min(limit, rows.size()));
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char letter : text) {
        if (letter == '"') out += '"';
        out += letter;
    }
    out += '"';
}

void append_text(std::string& out, std::string_view text) {
    const bool plain = !text.empty() && text.find_first_of("\",\r\n") == std::string_view::npos;
    if (plain) {
        out += text;
    } else {
        append_quoted(out, text);
    }
}

void append_cell(std::string& out, const Value& cell, live::FieldType type) {
    if (cell.is_null()) return;
    const auto* text = cell.if_string();
    if (text && type != live::FieldType::json) return append_text(out, *text);
    append_text(out, socketio::to_json(cell));
}

void append_row(std::string& out, const live::Schema& schema, const live::Row& row) {
    for (std::size_t dim = 0; dim < schema.fields().size(); ++dim) {
        out += dim == 0 ? "{" : ",";
        socketio::append_json(out, Value(schema.fields()[dim].name));
        out += ':';
        socketio::append_json(out, row.cells[dim]);
    }
    out += '}';
}

}  // namespace

std::string rows_json(std::string_view dataset, const viewers::RowsView& view, std::size_t limit) {
    const auto& schema = *view.schema;
    socketio::Object fields;
    for (const auto& field : schema.fields()) fields.append(field.name, to_string(field.type));
    socketio::Array key;
    for (const auto dim : schema.key()) key.emplace_back(schema.fields()[dim].name);
    auto text = socketio::to_json(socketio::Object{{"dataset", dataset},
                                                   {"epoch", view.position.epoch},
                                                   {"v", view.position.v},
                                                   {"fields", std::move(fields)},
                                                   {"key", std::move(key)},
                                                   {"count", view.rows.size()}});
    text.back() = ',';
    text += "\"rows\":[";
    bool first = true;
    for (const auto& row : newest(view, limit)) {
        if (!first) text += ',';
        first = false;
        append_row(text, schema, *row);
    }
    return text += "]}";
}

std::string rows_csv(const viewers::RowsView& view, std::size_t limit) {
    const auto& fields = view.schema->fields();
    std::string text;
    for (const auto& field : fields) {
        if (!text.empty()) text += ',';
        // Quoted, blanks around a name are part of it.
        const bool blank = field.name.starts_with(' ') || field.name.ends_with(' ');
        blank ? append_quoted(text, field.name) : append_text(text, field.name);
    }
    text += "\r\n";
    for (const auto& row : newest(view, limit)) {
        for (std::size_t dim = 0; dim < fields.size(); ++dim) {
            if (dim > 0) text += ',';
            append_cell(text, row->cells[dim], fields[dim].type);
        }
        text += "\r\n";
    }
    return text;
}

}  // namespace chartcast::api
