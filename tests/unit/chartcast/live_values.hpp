#pragma once
// Short words for the values, schemas and rows that tests of the live domain are about.

#include "live/apply.hpp"
#include "live/row_access.hpp"
#include <socketio/value.hpp>

#include <string>
#include <utility>
#include <vector>

namespace chartcast::live {

using socketio::Array;
using socketio::Object;
using socketio::Value;

/// id (key), region, amount (number), deals (integer).
inline DatasetDefinition deals_definition() {
    DatasetDefinition definition;
    definition.fields = {{"id", FieldType::string},
                         {"region", FieldType::string},
                         {"amount", FieldType::number},
                         {"deals", FieldType::integer}};
    definition.key = {"id"};
    return definition;
}
inline Schema schema_of(DatasetDefinition definition) {
    return *Schema::make(std::move(definition));
}
/// So long that a changed cell is told alone.
inline constexpr const char* far_away = "a region with quite a long name";
inline Array deal(const char* id, const char* region, double amount, int deals = 0) {
    return {id, region, amount, deals};
}

/// Array{Array{...}} is a copy to some compilers.
inline Array one_row(Array row) {
    Array rows;
    rows.emplace_back(std::move(row));
    return rows;
}

inline Entry entry(Operation operation, Array rows, std::int64_t ts = 1000) {
    Entry entry;
    entry.operation = operation;
    entry.rows = std::move(rows);
    entry.ts = ts;
    return entry;
}

inline std::vector<Array> rows_of(const DatasetState& state) {
    std::vector<Array> rows;
    state.table.for_each([&rows](const RowRef& row) { rows.push_back(row->cells); });
    return rows;
}

inline std::vector<std::string> error_texts(const RowErrors& errors) {
    std::vector<std::string> texts;
    for (const auto& error : errors.kept()) {
        texts.push_back(error.pointer + ' ' + std::string(to_string(error.code)));
    }
    return texts;
}

}  // namespace chartcast::live
