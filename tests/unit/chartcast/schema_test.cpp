// Definitions that make a schema, and what is wrong with others.
#include "live/schema.hpp"

#include "unit/chartcast/live_values.hpp"

#include <gtest/gtest.h>

namespace chartcast::live {
namespace {

std::string fault(const DatasetDefinition& definition) {
    const auto schema = Schema::make(definition);
    return schema ? "" : schema.error().field + ": " + schema.error().text;
}

TEST(Schema, KnowsThePlacesOfFields) {
    auto definition = deals_definition();
    definition.key = {"region", "id"};
    definition.row_access = "region";
    const auto schema = schema_of(definition);
    EXPECT_EQ(schema.dim_of("deals"), 3u);
    EXPECT_FALSE(schema.dim_of("nothing"));
    EXPECT_EQ(schema.key(), (std::vector<std::size_t>{1, 0}));
    EXPECT_TRUE(schema.in_key(0));
    EXPECT_FALSE(schema.in_key(2));
    EXPECT_EQ(schema.access(), 1u);
    EXPECT_FALSE(schema.time());
}

TEST(Schema, CountsAgesFromAFieldOnlyWhenThereAreAges) {
    auto definition = deals_definition();
    definition.fields.push_back({"ts", FieldType::time});
    definition.window.time_field = "ts";
    EXPECT_FALSE(schema_of(definition).time());
    definition.window.age = std::chrono::hours(1);
    EXPECT_EQ(schema_of(definition).time(), 4u);
}

TEST(Schema, SaysWhatIsWrong) {
    EXPECT_EQ(fault({}), ": a dataset has at least one field");
    auto wide = deals_definition();
    for (std::size_t i = 0; i < fields_max; ++i) {
        wide.fields.push_back({"f" + std::to_string(i), FieldType::number});
    }
    EXPECT_EQ(fault(wide), ": too many fields");

    const auto with = [](auto change) {
        auto definition = deals_definition();
        definition.fields.push_back({"notes", FieldType::json});
        change(definition);
        return fault(definition);
    };
    EXPECT_EQ(with([](auto& d) { d.fields[1].name = "id"; }), "id: stands twice in fields");
    EXPECT_EQ(with([](auto& d) { d.fields[1].name = ""; }), ": a field has a name");
    EXPECT_EQ(with([](auto& d) { d.key = {"x"}; }), "x: key names no field");
    EXPECT_EQ(with([](auto& d) { d.key = {"id", "id"}; }), "id: stands twice in key");
    EXPECT_EQ(with([](auto& d) { d.key = {"notes"}; }), "notes: json is no type for a key");
    EXPECT_EQ(with([](auto& d) { d.window.time_field = "id"; }),
              "id: time_field is of another type than time");
    EXPECT_EQ(with([](auto& d) { d.window.time_field = "x"; }), "x: time_field names no field");
    EXPECT_EQ(with([](auto& d) { d.window.age = std::chrono::milliseconds(-1); }),
              ": age is negative");
    EXPECT_EQ(with([](auto& d) { d.row_access = "x"; }), "x: row_access names no field");
    EXPECT_EQ(with([](auto& d) { d.row_access = "notes"; }), "notes: row_access cannot be json");
    EXPECT_EQ(with([](auto& d) { d.downsample = Downsample{600, {}, "id", "x"}; }),
              "x: downsample names no field");
    EXPECT_EQ(with([](auto& d) { d.downsample = Downsample{1, {}, "deals", "amount"}; }),
              ": downsample keeps at least 2 points");
}

}  // namespace
}  // namespace chartcast::live
