// JSON both ways. What is expected of numbers and strings was printed by Node's JSON.stringify.

#include "wire/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace socketio::wire {
namespace {

constexpr std::size_t depth_max = 128;

Value parsed(std::string_view text) {
    auto value = parse_json(text, depth_max);
    EXPECT_TRUE(value) << text;
    return value ? *value : Value();
}

/// Read and written again.
std::string echoed(std::string_view text) {
    return to_json(parsed(text));
}

std::string nested(std::size_t depth, const std::string& open, const std::string& inner,
                   const std::string& close) {
    std::string text;
    for (std::size_t level = 0; level < depth; ++level) text += open;
    text += inner;
    for (std::size_t level = 0; level < depth; ++level) text += close;
    return text;
}

TEST(Json, ReadsEachKindOfValue) {
    EXPECT_EQ(parsed("null"), Value());
    EXPECT_EQ(parsed("true"), Value(true));
    EXPECT_EQ(parsed("false"), Value(false));
    EXPECT_EQ(parsed("-12"), Value(-12));
    EXPECT_EQ(parsed("1.5"), Value(1.5));
    EXPECT_EQ(parsed(R"("text")"), Value("text"));
    EXPECT_EQ(parsed("[]"), Value(Array{}));
    EXPECT_EQ(parsed("{}"), Value(Object{}));
    EXPECT_EQ(parsed(R"( [ 1 , {"a" : [ null , "b" ] } ] )"),
              Value(Array{1, Object{{"a", Array{nullptr, "b"}}}}));
}

TEST(Json, KeepsIntegersOf64BitsExactly) {
    EXPECT_EQ(parsed("9223372036854775807"), Value(std::numeric_limits<std::int64_t>::max()));
    EXPECT_EQ(parsed("-9223372036854775808"), Value(std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(parsed("18446744073709551615"), Value(std::numeric_limits<std::uint64_t>::max()));
    EXPECT_EQ(parsed("9223372036854775808").kind(), Value::Kind::uint64);
    EXPECT_EQ(parsed("18446744073709551616").kind(), Value::Kind::number);
    EXPECT_EQ(parsed("-9223372036854775809").kind(), Value::Kind::number);
    for (const auto* text : {"0", "-1", "9007199254740993", "9223372036854775807",
                             "-9223372036854775808", "18446744073709551615"}) {
        EXPECT_EQ(echoed(text), text);
    }
    EXPECT_EQ(echoed("-0"), "0");
    EXPECT_EQ(parsed("-9223372036854775807").kind(), Value::Kind::int64);
}

TEST(Json, ReadsAndWritesDoublesAsJavaScriptDoes) {
    struct Case {
        const char* text;
        const char* node;
    };
    const Case cases[] = {
        {"0.1", "0.1"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"1e21", "1e+21"},
        {"1e20", "100000000000000000000"},
        {"123456789012345680000", "123456789012345680000"},
        {"999999999999999900000", "999999999999999900000"},
        {"1.5e300", "1.5e+300"},
        {"5e-324", "5e-324"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"},
        {"2.2250738585072014e-308", "2.2250738585072014e-308"},
        {"0.000001", "0.000001"},
        {"0.0000012", "0.0000012"},
        {"1e-7", "1e-7"},
        {"1.5e-7", "1.5e-7"},
        {"123.456", "123.456"},
        {"-0.5", "-0.5"},
        {"-1e21", "-1e+21"},
        {"-1e-7", "-1e-7"},
        {"4.35", "4.35"},
        {"0.5", "0.5"},
        {"100.25", "100.25"},
        {"9007199254740993.0", "9007199254740992"},
        {"9007199254740992.0", "9007199254740992"},
        {"1.0", "1"},
        {"-0.0", "0"},
        {"1e2", "100"},
        {"1E+2", "100"},
        {"1e-2", "0.01"},
        {"12345678901234567890123", "1.2345678901234568e+22"},
        {"0.1e1", "1"},
        {"3.141592653589793", "3.141592653589793"},
        {"1.1", "1.1"},
        {"2.675", "2.675"},
        {"1e23", "1e+23"},
        {"8.41e21", "8.41e+21"},
        {"9.5367431640625e-7", "9.5367431640625e-7"},
        {"-2.5e-9", "-2.5e-9"},
        {"6.02214076e23", "6.02214076e+23"},
        {"299792458.5", "299792458.5"},
        {"1e300", "1e+300"},
        {"72057594037927940.5", "72057594037927940"},
        {"0.1234567890123456789", "0.12345678901234568"},
        {"179769313486231570814527423731704356798070e267", "1.7976931348623157e+308"},
        {"1e400", "null"},
        {"-1e400", "null"},
        {"1e-400", "0"},
        {"2.4703282292062327e-324", "0"},
        {"2.4703282292062328e-324", "5e-324"},
        {"0e5", "0"},
        {"0.0e400", "0"},
    };
    for (const auto& [text, node] : cases) EXPECT_EQ(echoed(text), node) << text;
    EXPECT_EQ(to_json(std::nan("")), "null");
    EXPECT_EQ(to_json(-0.0), "0");
}

TEST(Json, ReadsNumbersAtAnyDistanceFromTheEnd) {
    // The parser has a fast path for numbers with much text behind them.
    const std::string padding(64, ' ');
    for (const auto* text : {"0", "-0.5", "12.25e2", "0.001", "-123456789012",
                             "1234567890.12345678", "12345678901234567.5", "0.30000000000000004"}) {
        EXPECT_EQ(parsed(text), parsed(text + padding)) << text;
        EXPECT_EQ(parsed(text), parsed("[" + std::string(text) + "]" + padding).as_array().at(0));
    }
}

TEST(Json, RefusesWhatIsNoJsonText) {
    for (const auto* text : {"",
                             " ",
                             "nul",
                             "truee",
                             "tru",
                             "[1,]",
                             "[,1]",
                             "[1 2]",
                             "[",
                             "]",
                             "{",
                             "{}}",
                             "[]]",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{\"a\":1,}",
                             "{a:1}",
                             "{1:1}",
                             "'a'",
                             "\"a",
                             "\"\\x\"",
                             "\"\\u12\"",
                             "\"\\u12g4\"",
                             "01",
                             "-",
                             "+1",
                             ".5",
                             "1.",
                             "1.e5",
                             "1e",
                             "1e+",
                             "-01",
                             "0x10",
                             "NaN",
                             "Infinity",
                             "-Infinity",
                             "undefined",
                             "1 2",
                             "[1]x",
                             "\"a\tb\"",
                             "\"a\nb\"",
                             "/**/1",
                             "1//",
                             "\xef\xbb\xbf"
                             "1",
                             "[1]\x01",
                             "--1",
                             "\\ud800",
                             "[\\ud800]"}) {
        const auto value = parse_json(text, depth_max);
        ASSERT_FALSE(value) << text;
        EXPECT_EQ(value.error(), errc::invalid_json) << text;
    }
    EXPECT_FALSE(parse_json(std::string_view("1\0", 2), depth_max));
    EXPECT_FALSE(parse_json(std::string_view("\"\0\"", 3), depth_max));
}

TEST(Json, RefusesStringsThatAreNotUtf8) {
    for (const auto* text : {"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\xc0\xaf\"",
                             "{\"\xff\":1}", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\""}) {
        EXPECT_EQ(parse_json(text, depth_max).error(), errc::invalid_json) << text;
    }
    EXPECT_EQ(parsed("\"\xe2\x82\xac\xf0\x9f\x98\x80\""), Value("\xe2\x82\xac\xf0\x9f\x98\x80"));
}

TEST(Json, ReadsEveryEscape) {
    EXPECT_EQ(parsed(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00")"),
              Value("\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
    EXPECT_EQ(parsed(R"("\u0000")"), Value(std::string(1, '\0')));
    EXPECT_EQ(parsed(R"({"\u0061":1})"), Value(Object{{"a", 1}}));
    const std::string long_text(5000, 'x');
    EXPECT_EQ(parsed("\"" + long_text + "\\n" + long_text + "\""),
              Value(long_text + "\n" + long_text));
}

TEST(Json, ReadsHalfOfASurrogatePairAsTheReplacementCharacter) {
    const std::string mark = "\xef\xbf\xbd";
    EXPECT_EQ(parsed(R"("\ud83d")"), Value(mark));
    EXPECT_EQ(parsed(R"("\ude00")"), Value(mark));
    EXPECT_EQ(parsed(R"("a\ud83dz")"), Value("a" + mark + "z"));
    EXPECT_EQ(parsed(R"("\ud83d\u0041")"), Value(mark + "A"));
    EXPECT_EQ(parsed(R"("\ud83d\n")"), Value(mark + "\n"));
    EXPECT_EQ(parsed(R"("\ud83d\ud83d\ude00")"), Value(mark + "\xf0\x9f\x98\x80"));
    EXPECT_EQ(parsed(R"("\\ud83d\uDe00")"), Value("\\ud83d" + mark));
    EXPECT_EQ(parsed(R"({"\ud83d":"\ude00"})"), Value(Object{{mark, mark}}));
    EXPECT_FALSE(parse_json(R"("\ud83d)", depth_max));
    EXPECT_FALSE(parse_json(R"("\ud83d\u12")", depth_max));
}

TEST(Json, BoundsTheDepth) {
    EXPECT_TRUE(parse_json(nested(5, "[", "", "]"), 5));
    EXPECT_EQ(parse_json(nested(6, "[", "", "]"), 5).error(), errc::too_deep);
    EXPECT_TRUE(parse_json(nested(5, R"({"a":)", "1", "}"), 5));
    EXPECT_EQ(parse_json(nested(6, R"({"a":)", "1", "}"), 5).error(), errc::too_deep);
    EXPECT_TRUE(parse_json("1", 0));
    EXPECT_EQ(parse_json("[]", 0).error(), errc::too_deep);
}

TEST(Json, SurvivesAnyDepthWhateverTheLimit) {
    constexpr auto limitless = std::numeric_limits<std::size_t>::max();
    EXPECT_TRUE(parse_json(nested(json_depth_ceiling, "[", "", "]"), limitless));
    EXPECT_TRUE(parse_json(nested(json_depth_ceiling, R"({"a":)", "1", "}"), limitless));
    for (const auto* open : {"[", R"({"a":)", R"([{"a":)"}) {
        EXPECT_EQ(parse_json(nested(100'000, open, "", ""), limitless).error(), errc::too_deep);
    }
}

TEST(Json, LetsTheLastOfARepeatedKeyCountAtThePlaceOfTheFirst) {
    EXPECT_EQ(echoed(R"({"a":1,"b":2,"a":3})"), R"({"a":3,"b":2})");
    EXPECT_EQ(echoed(R"({"a":1,"a":2,"a":[3],"":4,"":5})"), R"({"a":[3],"":5})");
    EXPECT_EQ(echoed(R"({"__proto__":1,"a":{"b":1,"b":2},"__proto__":2})"),
              R"({"__proto__":2,"a":{"b":2}})");
    EXPECT_EQ(echoed(R"({"a\u0000":1,"a":2})"), R"({"a\u0000":1,"a":2})");
}

TEST(Json, MergesRepeatedKeysOfLargeObjects) {
    std::string text = "{";
    for (int round = 0; round < 2; ++round) {
        for (int key = 0; key < 50'000; ++key) {
            text +=
                "\"a common prefix " + std::to_string(key) + "\":" + std::to_string(round) + ",";
        }
    }
    text.back() = '}';
    // With quadratic work this would take minutes.
    const auto object = parsed(text);
    ASSERT_EQ(object.as_object().size(), 50'000U);
    EXPECT_EQ(object.as_object().members().front(), Object::Member("a common prefix 0", 1));
    EXPECT_EQ(object.as_object().members().back(), Object::Member("a common prefix 49999", 1));
}

TEST(Json, KeepsTheOrderOfMembers) {
    std::string text = "{";
    for (int key = 40; key > 0; --key) text += "\"k" + std::to_string(key) + "\":1,";
    text.back() = '}';
    EXPECT_EQ(echoed(text), text);
}

TEST(Json, WritesContainersWithoutSpaces) {
    const auto* text = R"({"a":1,"b":[],"c":{},"d":[[]],"":null,"\n":[1,[2,{"x":false}]]})";
    EXPECT_EQ(echoed(text), text);
}

TEST(Json, EscapesStringsAsJavaScriptDoes) {
    const std::string text(
        "\0\1\b\t\n\v\f\r\x1f\x7f\"\\/\xe2\x80\xa8\xe2\x80\xa9\xc3\xa9\xf0\x9f\x98\x80", 25);
    EXPECT_EQ(to_json(text),
              "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\x7f\\\"\\\\/"
              "\xe2\x80\xa8\xe2\x80\xa9\xc3\xa9\xf0\x9f\x98\x80\"");
}

TEST(Json, FindsWhatToEscapeAtEveryPlace) {
    for (int byte = 0; byte < 0x80; ++byte) {
        for (std::size_t place = 0; place < 24; ++place) {
            std::string text(24, 'x');
            text[place] = static_cast<char>(byte);
            const auto json = to_json(text);
            const bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
            EXPECT_EQ(json.size() == text.size() + 2, plain) << byte << " at " << place;
            EXPECT_EQ(parsed(json), Value(text)) << byte << " at " << place;
        }
    }
}

TEST(Json, WritesValidUtf8WhateverItIsGiven) {
    EXPECT_EQ(to_json("caf\xe9"), "\"caf\xef\xbf\xbd\"");
    EXPECT_EQ(to_json(Object{{"\xff", "\xe2\x82"}}), "{\"\xef\xbf\xbd\":\"\xef\xbf\xbd\"}");
    for (std::size_t place = 0; place < 24; ++place) {
        std::string text(24, 'x');
        text[place] = '\xff';
        const auto read_back = parsed(to_json(text));
        EXPECT_EQ(read_back, Value(text.replace(place, 1, "\xef\xbf\xbd"))) << place;
    }
}

TEST(Json, PutsAPlaceholderForEachBinary) {
    std::vector<Binary> attachments;
    std::string out = "x";
    append_json(out, Array{Binary("a"), Object{{"b", Binary("c")}}, Binary("a")}, &attachments);
    EXPECT_EQ(out, R"(x[{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}},)"
                   R"({"_placeholder":true,"num":2}])");
    EXPECT_EQ(attachments, (std::vector{Binary("a"), Binary("c"), Binary("a")}));
    append_json(out = "", Binary("d"), &attachments);
    EXPECT_EQ(out, R"({"_placeholder":true,"num":3})");
    EXPECT_EQ(to_json(Array{Binary("a")}), "[null]");
}

TEST(Json, WritesAnyDepthWithoutTheStack) {
    constexpr std::size_t depth = 100'000;
    Value value = 1;
    for (std::size_t level = 0; level < depth; ++level) {
        Array around;
        around.push_back(std::move(value));
        value = std::move(around);
    }
    EXPECT_EQ(to_json(value), nested(depth, "[", "1", "]"));
}

}  // namespace
}  // namespace socketio::wire
