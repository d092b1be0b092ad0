// Query strings, and how Node understands an Engine.IO request.

#include "wire/handshake_query.hpp"

#include <gtest/gtest.h>

#include <iterator>

namespace socketio::wire {
namespace {

EngineQuery read(std::string_view query) {
    return read_engine_query(parse_query_string(query));
}

TEST(QueryString, IsSplitAndDecoded) {
    const auto fields = parse_query_string("a=1&b=%20x+y&c=%e2%82%AC&d=1=2&e&f=");
    EXPECT_EQ(fields.get("a"), "1");
    EXPECT_EQ(fields.get("b"), " x y");
    EXPECT_EQ(fields.get("c"), "\xe2\x82\xac");
    EXPECT_EQ(fields.get("d"), "1=2");
    EXPECT_TRUE(fields.find("e"));
    EXPECT_EQ(fields.get("e"), "");
    EXPECT_TRUE(fields.find("f"));
    EXPECT_EQ(std::distance(fields.begin(), fields.end()), 6);
}

TEST(QueryString, DecodesNamesAfterItWasSplit) {
    const auto fields = parse_query_string("a%26b%3dc=d%26e%3Df");
    EXPECT_EQ(fields.get("a&b=c"), "d&e=f");
}

TEST(QueryString, PassesOverEmptyPairs) {
    const auto fields = parse_query_string("&&a=1&&&b=2&");
    EXPECT_EQ(std::distance(fields.begin(), fields.end()), 2);
    EXPECT_TRUE(parse_query_string("").empty());
    EXPECT_TRUE(parse_query_string("&&&").empty());
}

TEST(QueryString, KeepsEveryPairOfOneNameAndTheOrder) {
    const auto fields = parse_query_string("a=1&a=2");
    EXPECT_EQ(fields.get("a"), "1");
    EXPECT_EQ(std::next(fields.begin())->second, "2");
}

TEST(QueryString, LeavesOutWhatIsOverTheLimit) {
    std::string query;
    for (int field = 0; field < 300; ++field) query += "k" + std::to_string(field) + "=v&";
    const auto fields = parse_query_string(query);
    EXPECT_EQ(std::distance(fields.begin(), fields.end()), 256);
    EXPECT_TRUE(fields.find("k255"));
    EXPECT_FALSE(fields.find("k256"));
    EXPECT_TRUE(parse_query_string("a=1", 0).empty());
}

TEST(PercentDecode, LeavesABrokenEscapeAsItIs) {
    EXPECT_EQ(percent_decode("%", true), "%");
    EXPECT_EQ(percent_decode("%4", true), "%4");
    EXPECT_EQ(percent_decode("%4g%g4", true), "%4g%g4");
    EXPECT_EQ(percent_decode("%%41", true), "%A");
    EXPECT_EQ(percent_decode("%41%4", true), "A%4");
    EXPECT_EQ(percent_decode("%00", true), std::string_view("\0", 1));
    EXPECT_EQ(percent_decode("%@1%1@%`1", true), "%@1%1@%`1");
}

TEST(PercentDecode, TurnsPlusIntoASpaceOnlyWhereAsked) {
    EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
    EXPECT_EQ(percent_decode("a+b%2B", false), "a+b+");
}

TEST(EngineQuery, ReadsAHandshake) {
    const auto query = read("EIO=4&transport=polling&t=abc");
    EXPECT_EQ(query.protocol, EngineProtocol::v4);
    EXPECT_EQ(query.transport, TransportName::polling);
    EXPECT_EQ(query.transport_text, "polling");
    EXPECT_EQ(query.sid, "");
    EXPECT_FALSE(query.base64_only);
    EXPECT_FALSE(query.jsonp);
}

TEST(EngineQuery, ReadsAnUpgrade) {
    const auto query = read("EIO=4&transport=websocket&sid=abc_-%41");
    EXPECT_EQ(query.transport, TransportName::websocket);
    EXPECT_EQ(query.sid, "abc_-A");
}

TEST(EngineQuery, TakesAnythingButFourForVersionThree) {
    for (const auto* text :
         {"", "EIO=3", "EIO=", "EIO=5", "EIO=04", "EIO=4.0", "eio=4", "EIO=4%20"}) {
        EXPECT_EQ(read(text).protocol, EngineProtocol::v3) << text;
    }
}

TEST(EngineQuery, KeepsTheNameOfATransportItDoesNotKnow) {
    for (const auto* text : {"flashsocket", "Polling", "polling ", "webtransport", "__proto__"}) {
        const auto query = read(std::string("transport=") + text);
        EXPECT_EQ(query.transport, TransportName::other);
        EXPECT_EQ(query.transport_text, text);
    }
    EXPECT_EQ(read("EIO=4").transport, TransportName::other);
    EXPECT_EQ(read("EIO=4").transport_text, "");
}

TEST(EngineQuery, TellsClientsThatTakeNoBinary) {
    EXPECT_TRUE(read("b64=1").base64_only);
    EXPECT_TRUE(read("b64=true").base64_only);
    EXPECT_FALSE(read("b64=").base64_only);
    EXPECT_FALSE(read("x=1").base64_only);
}

TEST(EngineQuery, TellsJsonp) {
    EXPECT_TRUE(read("j=0").jsonp);
    EXPECT_TRUE(read("j=").jsonp);
    EXPECT_FALSE(read("x=j").jsonp);
}

}  // namespace
}  // namespace socketio::wire
