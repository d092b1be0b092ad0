// Values: kinds, access, comparison, assignment from inside themselves, and depth.

#include "socketio/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace socketio {
namespace {

Value nested_arrays(int depth) {
    Value value;
    for (int level = 0; level < depth; ++level) {
        Array around;
        around.push_back(std::move(value));
        value = std::move(around);
    }
    return value;
}

Value nested_objects(int depth) {
    Value value;
    for (int level = 0; level < depth; ++level) {
        Object around;
        around.append("a", std::move(value));
        around.append("b", Array{1, Array{}});
        value = std::move(around);
    }
    return value;
}

template <class Access>
std::string message_of(Access&& access) {
    try {
        access();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "nothing thrown";
}

TEST(Value, TakesTheKindOfWhatItIsMadeFrom) {
    EXPECT_EQ(Value().kind(), Value::Kind::null);
    EXPECT_EQ(Value(nullptr).kind(), Value::Kind::null);
    EXPECT_EQ(Value(true).kind(), Value::Kind::boolean);
    EXPECT_EQ(Value(-1).kind(), Value::Kind::int64);
    EXPECT_EQ(Value(1U).kind(), Value::Kind::int64);
    EXPECT_EQ(Value(std::numeric_limits<std::uint64_t>::max()).kind(), Value::Kind::uint64);
    EXPECT_EQ(Value(1.5F).kind(), Value::Kind::number);
    EXPECT_EQ(Value("text").kind(), Value::Kind::string);
    EXPECT_EQ(Value(std::string_view("text")).kind(), Value::Kind::string);
    EXPECT_EQ(Value(Binary("bytes")).kind(), Value::Kind::binary);
    EXPECT_EQ(Value(Array{}).kind(), Value::Kind::array);
    EXPECT_EQ(Value(Object{}).kind(), Value::Kind::object);
}

TEST(Value, NamesEachKind) {
    EXPECT_EQ(to_string(Value::Kind::null), "null");
    EXPECT_EQ(to_string(Value::Kind::boolean), "boolean");
    EXPECT_EQ(to_string(Value::Kind::int64), "int64");
    EXPECT_EQ(to_string(Value::Kind::uint64), "uint64");
    EXPECT_EQ(to_string(Value::Kind::number), "number");
    EXPECT_EQ(to_string(Value::Kind::string), "string");
    EXPECT_EQ(to_string(Value::Kind::binary), "binary");
    EXPECT_EQ(to_string(Value::Kind::array), "array");
    EXPECT_EQ(to_string(Value::Kind::object), "object");
}

TEST(Value, GivesWhatItHolds) {
    EXPECT_TRUE(Value(true).as_bool());
    EXPECT_EQ(Value(-7).as_int64(), -7);
    EXPECT_EQ(Value("text").as_string(), "text");
    EXPECT_EQ(Value(Binary("bytes")).as_binary().view(), "bytes");
    EXPECT_EQ(Value(Array{1, 2}).as_array().size(), 2U);
    EXPECT_EQ(Value(Object{{"a", 1}}).as_object().size(), 1U);
}

TEST(Value, GivesAnyNumberAsDouble) {
    EXPECT_EQ(Value(-7).as_double(), -7.0);
    EXPECT_EQ(Value(0.5).as_double(), 0.5);
    EXPECT_EQ(Value(std::numeric_limits<std::uint64_t>::max()).as_double(), 0x1p64);
}

TEST(Value, NamesBothKindsWhenItHoldsAnother) {
    EXPECT_EQ(message_of([] { (void)Value("1").as_int64(); }),
              "expected a value of kind int64, got string");
    EXPECT_EQ(message_of([] { (void)Value(1).as_bool(); }),
              "expected a value of kind boolean, got int64");
    EXPECT_EQ(message_of([] { (void)Value(true).as_double(); }),
              "expected a value of kind number, got boolean");
    EXPECT_EQ(message_of([] { (void)Value().as_string(); }),
              "expected a value of kind string, got null");
    EXPECT_EQ(message_of([] { (void)Value(Object{}).as_binary(); }),
              "expected a value of kind binary, got object");
    EXPECT_EQ(message_of([] { (void)Value(1.5).as_array(); }),
              "expected a value of kind array, got number");
    EXPECT_EQ(message_of([] { (void)Value(Array{}).as_object(); }),
              "expected a value of kind object, got array");
}

TEST(Value, IsNullAfterItWasMovedFrom) {
    Value from = "text";
    const Value to = std::move(from);
    EXPECT_TRUE(from.is_null());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(to, Value("text"));
}

TEST(Value, TakesAPartOfItselfByMove) {
    Value value = Array{Array{"inner", 1}, "outer"};
    value = std::move(value.if_array()->at(0));
    EXPECT_EQ(value, Value(Array{"inner", 1}));

    value = Object{{"a", Object{{"b", 2}}}};
    value = std::move(*value.if_object()->find("a"));
    EXPECT_EQ(value, Value(Object{{"b", 2}}));

    const std::string long_text(100, 'x');
    value = Array{Object{{"a", long_text}}, Array{}};
    value = std::move(value.if_array()->at(0));
    EXPECT_EQ(value, Value(Object{{"a", long_text}}));
    value = std::move(*value.if_object()->find("a"));
    EXPECT_EQ(value, Value(long_text));
}

TEST(Value, TakesAPartOfItselfByCopy) {
    Value value = Array{Array{"inner", 1}, "outer"};
    value = value.if_array()->at(0);
    EXPECT_EQ(value, Value(Array{"inner", 1}));
}

TEST(Value, StaysWhatItIsWhenAssignedToItself) {
    Value value = Array{1, Array{2}};
    auto& same = value;
    value = same;
    EXPECT_EQ(value, Value(Array{1, Array{2}}));
    value = std::move(same);
    EXPECT_EQ(value, Value(Array{1, Array{2}}));
    value = "text";
    value = std::move(same);
    EXPECT_EQ(value, Value("text"));
}

TEST(Value, IsDestroyedAtAnyDepthWithoutTheStack) {
    constexpr int depth = 60'000;
    {
        const auto arrays = nested_arrays(depth);
    }
    {
        const auto objects = nested_objects(depth / 4);
    }
    Value replaced = nested_arrays(depth);
    replaced = 1;
    EXPECT_EQ(replaced, Value(1));
    Array inside;
    inside.push_back(nested_arrays(depth));
    inside.clear();
    EXPECT_TRUE(inside.empty());
}

TEST(Value, IsComparedAtAnyDepthWithoutTheStack) {
    EXPECT_TRUE(nested_arrays(60'000) == nested_arrays(60'000));
    EXPECT_FALSE(nested_arrays(60'000) == nested_arrays(60'001));
    EXPECT_TRUE(nested_objects(20'000) == nested_objects(20'000));
}

TEST(Value, EqualsANumberOfTheSameWorth) {
    EXPECT_EQ(Value(1), Value(1.0));
    EXPECT_EQ(Value(0), Value(-0.0));
    EXPECT_NE(Value(1), Value(1.5));
    EXPECT_EQ(Value(1U), Value(1));
    EXPECT_NE(Value(1), Value(true));
    EXPECT_NE(Value(1), Value("1"));
    EXPECT_NE(Value(std::nan("")), Value(std::nan("")));
}

TEST(Value, ComparesLargeIntegersWithDoublesExactly) {
    constexpr auto largest_int = std::numeric_limits<std::int64_t>::max();
    constexpr auto largest_unsigned = std::numeric_limits<std::uint64_t>::max();
    EXPECT_NE(Value((std::int64_t{1} << 53) + 1), Value(0x1p53));
    EXPECT_EQ(Value(std::int64_t{1} << 53), Value(0x1p53));
    EXPECT_NE(Value(largest_int), Value(0x1p63));
    EXPECT_EQ(Value(std::int64_t{3} << 61), Value(0x1.8p62));
    EXPECT_EQ(Value(std::uint64_t{3} << 62), Value(0x1.8p63));
    EXPECT_EQ(Value(std::uint64_t{1} << 63), Value(0x1p63));
    EXPECT_EQ(Value(std::numeric_limits<std::int64_t>::min()), Value(-0x1p63));
    EXPECT_NE(Value(largest_unsigned), Value(0x1p64));
    EXPECT_NE(Value(largest_unsigned), Value(std::numeric_limits<double>::infinity()));
    EXPECT_NE(Value(largest_unsigned), Value(-1));
}

TEST(Value, ComparesContentsOfContainers) {
    EXPECT_EQ(Value(Array{1, "a", nullptr}), Value(Array{1, "a", nullptr}));
    EXPECT_NE(Value(Array{1, 2}), Value(Array{2, 1}));
    EXPECT_NE(Value(Array{1}), Value(Array{1, 1}));
    EXPECT_NE(Value(Array{}), Value(Object{}));
    EXPECT_EQ(Value(Binary("a")), Value(Binary("a")));
    EXPECT_NE(Value(Binary("a")), Value("a"));
    EXPECT_EQ(Binary(""), Binary());
}

TEST(Object, KeepsTheOrderInWhichMembersWereWritten) {
    Object object;
    object["z"] = 1;
    object["a"] = 2;
    object["z"] = 3;
    ASSERT_EQ(object.size(), 2U);
    EXPECT_EQ(object.members()[0], Object::Member("z", 3));
    EXPECT_EQ(object.members()[1], Object::Member("a", 2));
}

TEST(Object, FindsAndErasesMembersByKey) {
    Object object = {{"a", 1}, {"b", 2}};
    EXPECT_EQ(*object.find("b"), Value(2));
    EXPECT_EQ(std::as_const(object).find("c"), nullptr);
    EXPECT_TRUE(object.erase("a"));
    EXPECT_FALSE(object.erase("a"));
    EXPECT_EQ(object, (Object{{"b", 2}}));
    EXPECT_FALSE(object.empty());
}

TEST(Object, AppendsWithoutLookingForTheSameKey) {
    Object object;
    object.append("a", 1);
    object.append("a", 2) = 3;
    EXPECT_EQ(object.size(), 2U);
    EXPECT_EQ(*object.find("a"), Value(1));
    EXPECT_EQ(object.members()[1].second, Value(3));
}

TEST(Object, EqualsOneWithTheSameMembersInAnyOrder) {
    EXPECT_EQ((Object{{"a", 1}, {"b", Array{2}}, {"c", 3}}),
              (Object{{"a", 1}, {"c", 3}, {"b", Array{2}}}));
    EXPECT_NE((Object{{"a", 1}, {"b", 2}}), (Object{{"b", 1}, {"a", 2}}));
    EXPECT_NE((Object{{"a", 1}}), (Object{{"b", 1}}));
    EXPECT_NE((Object{{"a", 1}}), (Object{{"a", 1}, {"b", 1}}));
}

TEST(Object, TakesAPartOfItself) {
    Object object = {{"inner", Object{{"x", 1}}}, {"outer", 2}};
    object = std::move(*object.find("inner")->if_object());
    EXPECT_EQ(object, (Object{{"x", 1}}));

    Object copied = {{"inner", Object{{"x", 1}}}};
    copied = *copied.find("inner")->if_object();
    EXPECT_EQ(copied, (Object{{"x", 1}}));
}

}  // namespace
}  // namespace socketio
