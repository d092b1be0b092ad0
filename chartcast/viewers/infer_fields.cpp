#include "viewers/infer_fields.hpp"

#include "live/schema.hpp"

#include <algorithm>
#include <optional>

namespace chartcast::viewers {
namespace {

using live::FieldType;
using socketio::Value;

std::optional<FieldType> type_of(const Value& value) {
    if (value.is_null()) return std::nullopt;
    if (value.is_number()) return FieldType::number;
    if (value.if_string()) return FieldType::string;
    if (value.if_bool()) return FieldType::boolean;
    return FieldType::json;
}

struct Seen {
    std::string name;
    std::optional<FieldType> type;
};

}  // namespace

std::vector<live::Field> infer_fields(const socketio::Array& rows) {
    std::vector<Seen> seen;
    for (const auto& row : rows) {
        const auto* object = row.if_object();
        if (!object) return {};
        for (const auto& [name, value] : *object) {
            auto found = std::find_if(seen.begin(), seen.end(),
                                      [&](const Seen& one) { return one.name == name; });
            if (found == seen.end()) {
                if (seen.size() == live::fields_max) return {};
                found = seen.insert(seen.end(), Seen{name, {}});
            }
            const auto type = type_of(value);
            if (!type) continue;
            found->type = found->type.value_or(*type) == *type ? *type : FieldType::json;
        }
    }
    std::vector<live::Field> fields;
    fields.reserve(seen.size());
    for (auto& one : seen) {
        fields.push_back({std::move(one.name), one.type.value_or(FieldType::json)});
    }
    return fields;
}

}  // namespace chartcast::viewers
