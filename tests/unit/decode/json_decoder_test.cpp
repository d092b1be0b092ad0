#include "decode/json_decoder.hpp"

#include "unit/decode/decoding.hpp"

#include <gtest/gtest.h>

namespace chartcast::decode {
namespace {

std::string json(std::string_view text) {
    return decode(Format::json, text).text();
}

TEST(JsonDecoder, TakesARowOrAListOfRows) {
    EXPECT_EQ(json(R"( {"id":"a"} )"), R"([{"id":"a"}])");
    EXPECT_EQ(json(R"([{"id":"a"},["b",2],"c"])"), R"([{"id":"a"},["b",2],"c"])");
    EXPECT_EQ(json("[]"), "[]");
    EXPECT_EQ(decode(Format::json, "[1,2,3]").lines, 3U);
}

TEST(JsonDecoder, RefusesOtherValues) {
    EXPECT_EQ(json("3"), "[] not_rows 1:0");
    EXPECT_EQ(json("null"), "[] not_rows 1:0");
}

TEST(JsonDecoder, SaysWhereTheTextStopsMakingSense) {
    EXPECT_EQ(json("[{\"a\":1},\n {\"a\":x}]"), "[] invalid_json 2:7");
    EXPECT_EQ(json("[1] 2"), "[] invalid_json 1:5");
    EXPECT_EQ(json("[{\"a\":1}"), "[] truncated 1:9");
    EXPECT_EQ(json(""), "[] truncated 1:1");
    EXPECT_EQ(json("[\"a\xFFz\"]"), "[] invalid_utf8 1:4");
}

TEST(JsonDecoder, BoundsTheDepth) {
    EXPECT_EQ(json(std::string(64, '[') + std::string(64, ']')).substr(0, 3), "[[[");
    EXPECT_EQ(json(std::string(65, '[') + std::string(65, ']')), "[] too_deep 1:0");
}

}  // namespace
}  // namespace chartcast::decode
