// Fields of a dataset that is made by its first batch.

#include "viewers/infer_fields.hpp"

#include "live/schema.hpp"
#include <socketio/json.hpp>

#include <gtest/gtest.h>

#include <string>

namespace chartcast::viewers {
namespace {

using live::FieldType;
using socketio::Array;
using socketio::Object;

std::vector<live::Field> fields_of(std::string_view rows) {
    return infer_fields(socketio::parse_json(rows)->as_array());
}

TEST(InferFields, TakesTheTypesOfAllRows) {
    const auto fields =
        fields_of(R"([{"a":1,"b":"x","c":true,"d":null},{"a":null,"b":"y","d":[1],"e":2.5}])");
    ASSERT_EQ(fields.size(), 5U);
    EXPECT_EQ(fields[0].name, "a");
    EXPECT_EQ(fields[0].type, FieldType::number);
    EXPECT_EQ(fields[1].type, FieldType::string);
    EXPECT_EQ(fields[2].type, FieldType::boolean);
    EXPECT_EQ(fields[3].type, FieldType::json);
    EXPECT_EQ(fields[4].type, FieldType::number);
}

TEST(InferFields, MakesJsonOfMixedTypesAndOfNullsAlone) {
    const auto fields = fields_of(R"([{"a":1,"b":null},{"a":"x"},{"a":1}])");
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_EQ(fields[0].type, FieldType::json);
    EXPECT_EQ(fields[1].type, FieldType::json);
}

TEST(InferFields, LearnsNothingFromListsAndFromTooManyNames) {
    EXPECT_TRUE(fields_of(R"([[1,2]])").empty());
    EXPECT_TRUE(fields_of(R"([{"a":1},7])").empty());
    EXPECT_TRUE(fields_of("[]").empty());
    Object row;
    for (std::size_t n = 0; n < live::fields_max; ++n) row.append("f" + std::to_string(n), 1);
    EXPECT_EQ(infer_fields({row}).size(), live::fields_max);
    row.append("one more", 1);
    EXPECT_TRUE(infer_fields({row}).empty());
}

}  // namespace
}  // namespace chartcast::viewers
