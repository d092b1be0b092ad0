#include "api/batch.hpp"

#include "live/cell.hpp"
#include "live/row.hpp"
#include "live/row_check.hpp"
#include "live/value_hash.hpp"

#include <iterator>

namespace chartcast::api {

void Batch::keep_keys_apart(std::shared_ptr<const live::Schema> schema, live::Operation operation) {
    const bool once = operation == live::Operation::upsert || operation == live::Operation::patch;
    if (once && schema && schema->keyed()) schema_ = std::move(schema);
    operation_ = operation;
}

bool Batch::fill(decode::RowDecoder& decoder) {
    if (next_ && rows_.empty()) add(*std::exchange(next_, std::nullopt));
    while (!full() && decoder.ready() > 0) {
        auto row = std::move(decoder.take(1).front());
        if (!add({std::move(row), decoder.lines_taken()})) break;
    }
    return full();
}

bool Batch::add(Row row) {
    if (const auto key = key_of(row.value); key && !keys_.insert(*key).second) {
        next_ = std::move(row);
        return false;
    }
    bytes_ += live::json_bytes(row.value);
    lines_ = row.line;
    rows_.push_back(std::move(row.value));
    return true;
}

/// Nothing where keys do not matter, and for a row that will be refused for its key.
std::optional<std::string> Batch::key_of(const socketio::Value& row) const {
    if (!schema_) return std::nullopt;
    const auto* object = row.if_object();
    if (operation_ == live::Operation::patch) {
        const auto* key = object ? object->find("key") : nullptr;
        live::RowErrors unused;
        auto cells = key ? live::check_key(*schema_, *key, 0, unused) : std::nullopt;
        return cells ? std::optional(live::key_text(*cells)) : std::nullopt;
    }
    const auto* list = row.if_array();
    live::Cells cells;
    for (const auto dim : schema_->key()) {
        const auto& field = schema_->fields()[dim];
        const auto* value = object                       ? object->find(field.name)
                            : list && dim < list->size() ? &(*list)[dim]
                                                         : nullptr;
        if (!value) return std::nullopt;
        auto cell = live::check_cell(field.type, *value);
        if (!cell) return std::nullopt;
        cells.push_back(std::move(*cell));
    }
    return live::key_text(cells);
}

void Batch::fill_whole(decode::RowDecoder& decoder) {
    auto rows = decoder.take();
    rows_.insert(rows_.end(), std::make_move_iterator(rows.begin()),
                 std::make_move_iterator(rows.end()));
    lines_ = decoder.lines_taken();
}

}  // namespace chartcast::api
