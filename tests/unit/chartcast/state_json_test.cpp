// A chart state as JSON: the round trip, and every text that is no state.
#include "live/state_json.hpp"

#include "live/simple_bar_chart.hpp"

#include <gtest/gtest.h>

namespace chartcast::live {
namespace {

TEST(StateJson, ComesBackAsItWas) {
    const auto state = simple_bar_chart(13, 1'700'000'000'123);
    const auto read = parse_state(to_json(state));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->version, 13u);
    EXPECT_EQ(read->pushed_at, 1'700'000'000'123);
    EXPECT_EQ(read->option, state.option);
}

TEST(StateJson, KeepsEveryKindOfValue) {
    const auto read = parse_state(
        R"({"v":1,"ts":2,"option":{"a":[null,true,-3,18446744073709551615,0.5,"x"],"b":{"c":{}}}})");
    ASSERT_TRUE(read);
    const socketio::Object expected{
        {"a", socketio::Array{nullptr, true, -3, UINT64_MAX, 0.5, "x"}},
        {"b", socketio::Object{{"c", socketio::Object()}}},
    };
    EXPECT_EQ(read->option, socketio::Value(expected));
}

TEST(StateJson, RefusesWhatIsNoState) {
    for (const auto* text : {
             "",
             "null",
             "[]",
             "{",
             R"({"v":1,"ts":2})",
             R"({"v":1,"option":{}})",
             R"({"ts":2,"option":{}})",
             R"({"v":-1,"ts":2,"option":{}})",
             R"({"v":"1","ts":2,"option":{}})",
             R"({"v":1.5,"ts":2,"option":{}})",
             R"({"v":1,"ts":2,"option":[]})",
             R"({"v":1,"ts":2,"option":{}} trailing)",
         }) {
        EXPECT_FALSE(parse_state(text)) << text;
    }
}

TEST(StateJson, RefusesDepthAndSizeBeyondItsBounds) {
    const auto nested = [](std::size_t depth) {
        return R"({"v":1,"ts":2,"option":{"a":)" + std::string(depth, '[') +
               std::string(depth, ']') + "}}";
    };
    EXPECT_TRUE(parse_state(nested(30)));
    EXPECT_FALSE(parse_state(nested(31)));
    EXPECT_FALSE(parse_state(nested(100'000)));
    const auto sized = [](std::size_t bytes) {
        const std::string head = R"({"v":1,"ts":2,"option":{"a":")";
        return head + std::string(bytes - head.size() - 3, 'x') + R"("}})";
    };
    EXPECT_TRUE(parse_state(sized(state_bytes_max)));
    EXPECT_FALSE(parse_state(sized(state_bytes_max + 1)));
}

}  // namespace
}  // namespace chartcast::live
