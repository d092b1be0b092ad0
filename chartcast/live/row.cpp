#include "live/row.hpp"

#include "live/value_hash.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace chartcast::live {
namespace {

using socketio::Value;

template <class Number>
void append_number(std::string& out, Number number) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end.ptr);
}

/// Kinds differ in their first letter, texts carry their length: nothing can be read in two ways.
void append_cell(std::string& out, const Value& cell) {
    if (const auto* text = cell.if_string()) {
        out += 's';
        append_number(out, text->size());
        out += ':';
        out += *text;
    } else if (const auto* integer = cell.if_int64()) {
        out += 'i';
        append_number(out, *integer);
    } else if (const auto* number = cell.if_double()) {
        out += 'd';
        append_number(out, *number);
    } else if (const auto* boolean = cell.if_bool()) {
        out += *boolean ? 't' : 'f';
    } else {
        out += 'n';
    }
    out += ';';
}

}  // namespace

RowRef make_row(std::uint64_t seq, std::int64_t arrived, Cells cells) {
    auto row = std::make_shared<Row>();
    row->seq = seq;
    row->arrived = arrived;
    std::size_t bytes = 2;
    for (const auto& cell : cells) bytes += json_bytes(cell) + 1;
    row->bytes = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, UINT32_MAX));
    row->cells = std::move(cells);
    return row;
}

Value wire_key(const Schema& schema, const Row& row) {
    if (!schema.keyed()) return row.seq;
    if (schema.key().size() == 1) return row.cells[schema.key().front()];
    return key_cells(schema, row.cells);
}

Cells key_cells(const Schema& schema, const Cells& cells) {
    Cells key;
    key.reserve(schema.key().size());
    for (const auto dim : schema.key()) key.push_back(cells[dim]);
    return key;
}

std::string key_text(const Cells& key) {
    std::string text;
    for (const auto& cell : key) append_cell(text, cell);
    return text;
}

std::string key_text(const Schema& schema, const Row& row) {
    std::string text;
    if (!schema.keyed()) append_cell(text, row.seq);
    for (const auto dim : schema.key()) append_cell(text, row.cells[dim]);
    return text;
}

}  // namespace chartcast::live
