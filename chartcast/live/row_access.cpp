#include "live/row_access.hpp"

#include "live/cell.hpp"

#include <algorithm>
#include <vector>

namespace chartcast::live {

AccessSet AccessSet::all() {
    AccessSet set;
    set.sees_all_ = true;
    set.id_ = "*";
    return set;
}

AccessSet AccessSet::of(const Schema& schema, const socketio::Array& values) {
    const auto dim = schema.access();
    if (!dim) return all();
    AccessSet set;
    std::vector<std::string> texts;
    for (const auto& value : values) {
        auto cell = check_cell(schema.fields()[*dim].type, value);
        if (!cell || cell->is_null()) continue;
        auto text = key_text(Cells{*cell});
        if (set.values_.insert(std::move(*cell)).second) texts.push_back(std::move(text));
    }
    std::sort(texts.begin(), texts.end());
    for (const auto& text : texts) set.id_ += text;
    set.epoch_suffix_ = '.' + std::to_string(stable_hash(socketio::Value(set.id_)));
    return set;
}

bool AccessSet::sees(const Schema& schema, const Row& row) const {
    return sees_all_ || values_.contains(access_value(schema, row));
}

const socketio::Value& access_value(const Schema& schema, const Row& row) noexcept {
    static const socketio::Value none;
    return schema.access() ? row.cells[*schema.access()] : none;
}

}  // namespace chartcast::live
