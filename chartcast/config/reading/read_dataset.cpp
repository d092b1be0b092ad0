// datasets: fields, key, window, and who sees which rows.
#include "config/reading/nearest.hpp"
#include "config/reading/parts.hpp"

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;
using live::FieldType;

/// Where a schema's fault may stand: the part of the definition that names the field.
struct Parts {
    Item fields;
    Item key;
    Item window;
    Item row_access;
    Item downsample;
};

void read_fields(const Item& item, std::vector<live::Field>& fields) {
    const auto section = item.section();
    if (!section) return;
    for (const auto& [name, type] : section->members()) {
        auto& field = fields.emplace_back(live::Field{name, FieldType::string});
        if (!type.present()) continue;
        type.choice(field.type, {{"string", FieldType::string},
                                 {"number", FieldType::number},
                                 {"integer", FieldType::integer},
                                 {"boolean", FieldType::boolean},
                                 {"time", FieldType::time},
                                 {"json", FieldType::json}});
    }
}

void read_field_name(const Item& item, const std::vector<live::Field>& fields, std::string& out) {
    const auto name = item.scalar("the name of a field");
    if (!name) return;
    out = *name;
    // A dataset that learns its fields from its first batch has none yet.
    if (fields.empty()) return;
    std::vector<std::string_view> names;
    for (const auto& field : fields) {
        if (field.name == *name) return;
        names.push_back(field.name);
    }
    item.complain("there is no field " + item.shown() + suggestion(*name, names));
}

void read_key(const Item& item, live::DatasetDefinition& definition) {
    for (const auto& part : item.list_or_one()) {
        std::string name;
        read_field_name(part, definition.fields, name);
        if (!name.empty()) definition.key.push_back(std::move(name));
    }
}

void read_window(const Item& item, live::DatasetDefinition& definition) {
    auto section = item.section();
    if (!section) return;
    auto& window = definition.window;
    (*section)["rows"].whole(window.rows, 1, static_cast<std::int64_t>(definition.rows_max));
    (*section)["age"].duration(window.age, 1s, 24h * 3650);
    read_field_name((*section)["time_field"], definition.fields, window.time_field);
    section->done();
}

void read_row_access(const Item& item, DatasetSettings& dataset) {
    auto section = item.section();
    if (!section) return;
    auto& definition = dataset.definition;
    read_field_name((*section)["field"].required(), definition.fields, definition.row_access);
    (*section)["claim"].required().text(dataset.access_claim);
    section->done();
}

void read_downsample(const Item& item, live::DatasetDefinition& definition) {
    auto section = item.section();
    if (!section) return;
    using Method = live::DownsampleMethod;
    auto& downsample = definition.downsample.emplace();
    (*section)["points"].required().whole(downsample.points, 2, 100'000);
    (*section)["method"].choice(downsample.method,
                                {{"lttb", Method::lttb}, {"min_max", Method::min_max}});
    read_field_name((*section)["x"].required(), definition.fields, downsample.x);
    read_field_name((*section)["y"].required(), definition.fields, downsample.y);
    section->done();
}

/// What the domain itself has against the definition, at the part that it is about.
void check_schema(const live::DatasetDefinition& definition, const Parts& parts) {
    const auto schema = live::Schema::make(definition);
    if (schema) return;
    const auto& fault = schema.error();
    const auto text = fault.field.empty() ? fault.text : fault.field + ": " + fault.text;
    const auto about = [&](std::string_view word) {
        return fault.text.find(word) != std::string::npos;
    };
    const auto& place = about("key")                          ? parts.key
                        : about("time_field") || about("age") ? parts.window
                        : about("row_access")                 ? parts.row_access
                        : about("downsample")                 ? parts.downsample
                                                              : parts.fields;
    place.complain(text);
}

/// Names of fields that are not there have been told already.
bool names_are_known(const live::DatasetDefinition& definition) {
    const auto known = [&](const std::string& name) {
        if (name.empty()) return true;
        for (const auto& field : definition.fields) {
            if (field.name == name) return true;
        }
        return false;
    };
    for (const auto& name : definition.key) {
        if (!known(name)) return false;
    }
    if (const auto& wanted = definition.downsample) {
        if (wanted->points < 2 || wanted->x.empty() || wanted->y.empty()) return false;
        if (!known(wanted->x) || !known(wanted->y)) return false;
    }
    return known(definition.window.time_field) && known(definition.row_access);
}

void check_source(const Section& section, const DatasetSettings& dataset) {
    const auto* push = std::get_if<PushSource>(&dataset.source);
    if (dataset.definition.fields.empty() && !(push && push->auto_create)) {
        section.complain(
            "has no fields; name them, or let the first batch do it with source: { push: { "
            "auto_create: true } }");
    }
    const auto needs_key = [](const auto& source) {
        if constexpr (requires { source.op; }) return source.op == live::Operation::upsert;
        return false;
    };
    if (dataset.definition.key.empty() && std::visit(needs_key, dataset.source)) {
        section.complain("upsert needs a key; name its fields, as in key: [id]");
    }
}

}  // namespace

void read_dataset(Section section, const Names& names, DatasetSettings& dataset) {
    auto& definition = dataset.definition;
    const Parts parts{section["fields"], section["key"], section["window"], section["row_access"],
                      section["downsample"]};
    read_fields(parts.fields, definition.fields);
    read_key(parts.key, definition);
    read_window(parts.window, definition);
    read_row_access(parts.row_access, dataset);
    read_downsample(parts.downsample, definition);
    if (const auto source = section["source"].section()) {
        dataset.source = read_source(*source, names);
    }
    section.done();
    check_source(section, dataset);
    if (!definition.fields.empty() && names_are_known(definition)) check_schema(definition, parts);
}

}  // namespace chartcast::config
