// The JSON that applications get: bounds and defaults; the codec itself is tested in json_test.cpp.

#include "socketio/json.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace socketio {
namespace {

TEST(PublicJson, ComesBackAsItWas) {
    const std::string text = R"({"a":[1,2.5,"é",null,true],"b":{"c":-3}})";
    const auto value = parse_json(text);
    ASSERT_TRUE(value);
    EXPECT_EQ(to_json(*value), text);
    std::string out = "> ";
    append_json(out, *value);
    EXPECT_EQ(out, "> " + text);
}

TEST(PublicJson, IsRefusedWhenItIsBrokenOrTooDeep) {
    EXPECT_EQ(parse_json("{").error(), errc::invalid_json);
    EXPECT_EQ(parse_json("[[1]]", 1).error(), errc::too_deep);
    EXPECT_EQ(parse_json(std::string(10'000, '[')).error(), errc::too_deep);
}

TEST(PublicJson, WritesNullForWhatJsonCannotSay) {
    const Array values{Binary(std::string("bytes")), std::numeric_limits<double>::quiet_NaN(),
                       std::numeric_limits<double>::infinity()};
    EXPECT_EQ(to_json(values), "[null,null,null]");
}

}  // namespace
}  // namespace socketio
