// What each type admits, and what is kept of it.
#include "live/cell.hpp"

#include "live/field.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;
using enum RowErrorCode;

Value kept(FieldType type, const Value& value) {
    const auto cell = check_cell(type, value);
    EXPECT_TRUE(cell);
    return cell ? *cell : Value("refused");
}
RowErrorCode fault(FieldType type, const Value& value) {
    const auto cell = check_cell(type, value);
    EXPECT_FALSE(cell);
    return cell ? not_a_row : cell.error();
}

TEST(Cell, NamesItsTypes) {
    for (const auto* name : {"string", "number", "integer", "boolean", "time", "json"}) {
        const auto type = field_type_of(name);
        ASSERT_TRUE(type) << name;
        EXPECT_EQ(to_string(*type), name);
        EXPECT_TRUE(kept(*type, nullptr).is_null());
    }
    EXPECT_FALSE(field_type_of("text"));
}

TEST(Cell, KeepsOneKindForEachType) {
    EXPECT_EQ(kept(FieldType::number, 3).kind(), Value::Kind::number);
    EXPECT_EQ(kept(FieldType::integer, 3.0).kind(), Value::Kind::int64);
    EXPECT_EQ(kept(FieldType::time, "1970-01-01T00:00:01Z"), Value(1000));
    EXPECT_EQ(kept(FieldType::time, 1000.75), Value(1000));
    EXPECT_FALSE(std::signbit(kept(FieldType::number, -0.0).as_double()));
    EXPECT_EQ(kept(FieldType::json, Object{{"a", Array{nullptr, true}}}),
              Value(Object{{"a", Array{nullptr, true}}}));
}

TEST(Cell, RefusesOtherTypes) {
    EXPECT_EQ(fault(FieldType::string, 1), wrong_type);
    EXPECT_EQ(fault(FieldType::number, "1"), wrong_type);
    EXPECT_EQ(fault(FieldType::integer, 1.5), wrong_type);
    EXPECT_EQ(fault(FieldType::boolean, 0), wrong_type);
    EXPECT_EQ(fault(FieldType::time, true), wrong_type);
    EXPECT_EQ(fault(FieldType::time, "yesterday"), invalid_time);
    EXPECT_EQ(fault(FieldType::json, socketio::Binary("x")), wrong_type);
}

TEST(Cell, HoldsWholeNumbersToWhatJavaScriptKeeps) {
    EXPECT_EQ(kept(FieldType::integer, integer_max), Value(integer_max));
    for (const auto type : {FieldType::integer, FieldType::number, FieldType::json}) {
        EXPECT_EQ(fault(type, integer_max + 1), integer_range);
        EXPECT_EQ(fault(type, -integer_max - 1), integer_range);
        EXPECT_EQ(fault(type, std::uint64_t{1} << 63), integer_range);
    }
    EXPECT_EQ(fault(FieldType::integer, 0x1p63), integer_range);
    EXPECT_EQ(kept(FieldType::number, 1e300), Value(1e300));
    EXPECT_EQ(fault(FieldType::time, std::int64_t{9'007'199'254'740'991}), invalid_time);
}

TEST(Cell, RefusesNumbersThatJsonHasNot) {
    for (const double number : {std::nan(""), std::numeric_limits<double>::infinity()}) {
        for (const auto type : {FieldType::number, FieldType::integer, FieldType::time}) {
            EXPECT_EQ(fault(type, number), not_finite);
        }
        EXPECT_EQ(fault(FieldType::json, Array{Object{{"a", number}}}), not_finite);
    }
}

TEST(Cell, BoundsTheDepthOfJson) {
    Value deep = 1;
    for (int depth = 1; depth < cell_depth_max; ++depth) deep = Array{std::move(deep)};
    EXPECT_TRUE(check_cell(FieldType::json, deep));
    EXPECT_EQ(fault(FieldType::json, Array{std::move(deep)}), too_deep);
}

}  // namespace
}  // namespace chartcast::live
