// What a stranger says of itself: bounds, and values of odd types.

#include "viewers/hello/hello.hpp"

#include <socketio/json.hpp>

#include <gtest/gtest.h>

#include <string>

namespace chartcast::viewers {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;

Hello hello_of(Value auth) {
    socketio::Handshake handshake;
    handshake.auth = std::move(auth);
    return read_hello(handshake);
}
Hello parsed_hello(std::string_view text) {
    return hello_of(*socketio::parse_json(text));
}
Since since_of(std::string_view text) {
    const auto value = *socketio::parse_json(text);
    return read_since(&value);
}
std::optional<double> rate_of(const Value& value) {
    return read_rate(&value);
}

TEST(Hello, ThatIsNoneIsAPlainClient) {
    for (const auto* text : {"null", "[]", "17", "\"x\"", "{}"}) {
        const auto hello = parsed_hello(text);
        EXPECT_FALSE(hello.delta) << text;
        EXPECT_TRUE(hello.charts.empty() && hello.token.empty() && hello.since.empty()) << text;
    }
    EXPECT_FALSE(parsed_hello(R"({"chartcast":2,"delta":true})").delta);
    EXPECT_FALSE(parsed_hello(R"({"chartcast":1,"delta":"true"})").delta);
    EXPECT_TRUE(parsed_hello(R"({"chartcast":1,"delta":true})").delta);
}

TEST(Hello, NamesAtMost64ChartsAndEachOnce) {
    Array charts;
    for (int n = 0; n < 200; ++n) {
        charts.emplace_back("c" + std::to_string(n));
        charts.emplace_back("c0");
        charts.emplace_back(n);
        charts.emplace_back(Array());
    }
    const auto hello = hello_of(Value(Object{{"charts", std::move(charts)}}));
    ASSERT_EQ(hello.charts.size(), charts_max);
    EXPECT_EQ(hello.charts.front(), "c0");
    EXPECT_EQ(hello.charts.back(), "c63");
}

TEST(Hello, PassesOverNamesThatAreTooLongToBeIds) {
    const auto hello = hello_of(Value(Object{{"charts", Array{std::string(65, 'a'), "b"}}}));
    EXPECT_EQ(hello.charts, std::vector<std::string>{"b"});
}

TEST(Hello, KeepsATokenThatIsTooLongTooLong) {
    const auto hello = hello_of(Value(Object{{"token", std::string(100'000, 'a')}}));
    EXPECT_EQ(hello.token.size(), 8U * 1024 + 1) << "it must not count as none";
    EXPECT_TRUE(parsed_hello(R"({"token":5})").token.empty());
}

TEST(Hello, TakesTokenAndLanguageOfTheQueryWhenThePayloadHasNone) {
    socketio::Handshake handshake;
    handshake.query.add("token", "t");
    handshake.query.add("locale", "zh-CN");
    EXPECT_EQ(read_hello(handshake).token, "t");
    EXPECT_EQ(read_hello(handshake).locale, "zh-CN");
    handshake.auth = Object{{"token", "own"}, {"locale", "en"}};
    EXPECT_EQ(read_hello(handshake).token, "own");
    EXPECT_EQ(read_hello(handshake).locale, "en");
}

TEST(Since, HasAtMost256PositionsOfEachKind) {
    Object positions;
    for (int n = 0; n < 300; ++n) positions.append("d" + std::to_string(n), Array{"e", n});
    const Value value(Object{{"ds", positions}, {"raw", positions}, {"tpl", positions}});
    const auto since = read_since(&value);
    EXPECT_EQ(since.datasets.size(), 256U);
    EXPECT_EQ(since.raw.size(), 256U);
    EXPECT_LE(since.tpl.size(), 256U);
    EXPECT_EQ(since.datasets.at("d255"), (live::Position{"e", 255}));
}

TEST(Since, PassesOverWhatIsNoPosition) {
    const auto since =
        since_of(R"({"ds":{"a":["e",1],"b":["e"],"c":[1,1],"d":["e",-1],"e":["e",1.5],
        "f":"e:1","g":null,"h":["e",18446744073709551615],"not an id":["e",1],"":["e",1]},"raw":[["e",1]]})");
    EXPECT_EQ(since.datasets.size(), 1U);
    EXPECT_EQ(since.datasets.count("a"), 1U);
    EXPECT_TRUE(since.raw.empty());
    EXPECT_TRUE(since_of("17").empty());
    EXPECT_TRUE(read_since(nullptr).empty());
}

TEST(Since, PassesOverEpochsThatAreTooLong) {
    const Value value(Object{{"ds", Object{{"a", Array{std::string(65, 'e'), 1}}}}});
    EXPECT_TRUE(read_since(&value).empty());
}

TEST(Rates, ArePositiveNumbersOrTheirText) {
    EXPECT_EQ(rate_of(4), 4.0);
    EXPECT_EQ(rate_of(0.5), 0.5);
    EXPECT_EQ(rate_of("4/s"), 4.0);
    EXPECT_EQ(rate_of("0.5"), 0.5);
    for (const auto& value :
         {Value(0), Value(-1), Value("inf"), Value("nan"), Value("4/m"), Value(""), Value("/s"),
          Value(true), Value(), Value(Array{4}), Value(Object())}) {
        EXPECT_EQ(rate_of(value), std::nullopt) << to_json(value);
    }
    EXPECT_EQ(read_rate(nullptr), std::nullopt);
}

TEST(Ids, HaveUpTo64CharactersOfAFewKinds) {
    EXPECT_TRUE(is_id("Az09_-"));
    EXPECT_TRUE(is_id(std::string(64, 'a')));
    for (const auto& text : {std::string(), std::string(65, 'a'), std::string("a b"),
                             std::string("a/b"), std::string("\xc3\xa4")}) {
        EXPECT_FALSE(is_id(text)) << text;
    }
}

}  // namespace
}  // namespace chartcast::viewers
