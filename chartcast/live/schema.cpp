#include "live/schema.hpp"

#include <utility>

namespace chartcast::live {
namespace {

using Fault = std::optional<SchemaFault>;

const Field* find(const DatasetDefinition& definition, std::string_view name) noexcept {
    for (const auto& field : definition.fields) {
        if (field.name == name) return &field;
    }
    return nullptr;
}

Fault check_fields(const DatasetDefinition& definition) {
    if (definition.fields.empty()) return SchemaFault{"", "a dataset has at least one field"};
    if (definition.fields.size() > fields_max) return SchemaFault{"", "too many fields"};
    for (const auto& field : definition.fields) {
        if (field.name.empty()) return SchemaFault{"", "a field has a name"};
        if (field.name.size() > field_name_bytes_max) {
            return SchemaFault{field.name, "the name is too long"};
        }
        if (find(definition, field.name) != &field) {
            return SchemaFault{field.name, "stands twice in fields"};
        }
    }
    return std::nullopt;
}

Fault check_key(const DatasetDefinition& definition) {
    for (std::size_t at = 0; at < definition.key.size(); ++at) {
        const auto& name = definition.key[at];
        const auto* field = find(definition, name);
        if (!field) return SchemaFault{name, "key names no field"};
        if (field->type == FieldType::json) return SchemaFault{name, "json is no type for a key"};
        for (std::size_t earlier = 0; earlier < at; ++earlier) {
            if (definition.key[earlier] == name) return SchemaFault{name, "stands twice in key"};
        }
    }
    return std::nullopt;
}

Fault check_roles(const DatasetDefinition& definition) {
    if (const auto& name = definition.window.time_field; !name.empty()) {
        const auto* field = find(definition, name);
        if (!field) return SchemaFault{name, "time_field names no field"};
        if (field->type != FieldType::time) {
            return SchemaFault{name, "time_field is of another type than time"};
        }
    }
    if (definition.window.age.count() < 0) return SchemaFault{"", "age is negative"};
    if (const auto& name = definition.row_access; !name.empty()) {
        const auto* field = find(definition, name);
        if (!field) return SchemaFault{name, "row_access names no field"};
        if (field->type == FieldType::json) return SchemaFault{name, "row_access cannot be json"};
    }
    if (const auto& wanted = definition.downsample) {
        for (const auto& name : {wanted->x, wanted->y}) {
            if (!find(definition, name)) return SchemaFault{name, "downsample names no field"};
        }
        if (wanted->points < 2) return SchemaFault{"", "downsample keeps at least 2 points"};
    }
    return std::nullopt;
}

}  // namespace

boost::system::result<Schema, SchemaFault> Schema::make(DatasetDefinition definition) {
    for (const auto check : {check_fields, check_key, check_roles}) {
        if (auto fault = check(definition)) return *std::move(fault);
    }
    Schema schema;
    schema.definition_ = std::move(definition);
    for (const auto& name : schema.definition_.key) {
        schema.key_.push_back(*schema.dim_of(name));
        schema.key_set_.set(schema.key_.back());
    }
    schema.access_ = schema.dim_of(schema.definition_.row_access);
    const auto& window = schema.definition_.window;
    if (window.age.count() > 0) schema.time_ = schema.dim_of(window.time_field);
    return schema;
}

std::optional<std::size_t> Schema::dim_of(std::string_view name) const noexcept {
    for (std::size_t dim = 0; dim < fields().size(); ++dim) {
        if (fields()[dim].name == name) return dim;
    }
    return std::nullopt;
}

}  // namespace chartcast::live
