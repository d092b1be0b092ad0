#include "api/row_key.hpp"

#include <socketio/json.hpp>

#include <gtest/gtest.h>

namespace chartcast::api {
namespace {

live::Schema keyed_by(std::vector<std::string> key) {
    live::DatasetDefinition definition;
    definition.fields = {{"stage", live::FieldType::string},
                         {"n", live::FieldType::integer},
                         {"t", live::FieldType::time}};
    definition.key = std::move(key);
    return *live::Schema::make(std::move(definition));
}

std::string key(const live::Schema& schema, std::string_view segment) {
    const auto cells = key_of(schema, segment);
    return cells ? socketio::to_json(*cells) : std::string(cells.error().code);
}

TEST(RowKey, IsTheLastSegmentAsItWasSent) {
    EXPECT_EQ(last_segment("/api/v1/datasets/d/rows/a%2Cb,c?x=/y"), "a%2Cb,c");
    EXPECT_EQ(last_segment("/rows/"), "");
}

TEST(RowKey, TellsCommasOfCellsFromThoseBetween) {
    const auto schema = keyed_by({"stage", "n"});
    EXPECT_EQ(key(schema, "a%2Cb,7"), R"(["a,b",7])");
    EXPECT_EQ(key(schema, "%E9%94%80%2f+,7"), R"(["销/+",7])");
    EXPECT_EQ(key(schema, ",7"), R"(["",7])");
}

TEST(RowKey, GivesEveryCellItsType) {
    EXPECT_EQ(key(keyed_by({"stage"}), "7"), R"(["7"])");
    EXPECT_EQ(key(keyed_by({"n"}), "7"), "[7]");
    EXPECT_EQ(key(keyed_by({"t"}), "1970-01-01T00%3A00%3A02Z"), "[2000]");
    EXPECT_EQ(key(keyed_by({"t"}), "2000"), "[2000]");
}

TEST(RowKey, RefusesWhatIsNoKey) {
    const auto schema = keyed_by({"stage", "n"});
    EXPECT_EQ(key(schema, "a"), "invalid_key");
    EXPECT_EQ(key(schema, "a,1,2"), "invalid_key");
    EXPECT_EQ(key(schema, "a,b"), "invalid_key");
    EXPECT_EQ(key(schema, "%a,1"), "invalid_key");
    EXPECT_EQ(key(schema, "%zz,1"), "invalid_key");
    EXPECT_EQ(key(schema, "%FF,1"), "invalid_key");
    EXPECT_EQ(key(keyed_by({}), "a"), "keyless");
}

}  // namespace
}  // namespace chartcast::api
