// Audiences, events and sockets as other servers write them, and what is no such thing.
#include "cluster/codec/message_parts.hpp"

#include "unit/cluster/redis_vectors.hpp"
#include "wire/msgpack.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

std::vector<Value> captured_sockets() {
    std::vector<Value> sockets;
    for (const auto& vector : test::redis_vectors({"adapter.fetchSockets", "adapter.remoteSocket"},
                                                  {"socket.io-response#"})) {
        for (const Value& socket : vector.decoded.as_object().find("sockets")->as_array()) {
            sockets.push_back(socket);
        }
    }
    return sockets;
}

TEST(MessageParts, ReadsAndWritesSocketsAsNodeHasThem) {
    const std::vector<Value> sockets = captured_sockets();
    ASSERT_GE(sockets.size(), 3u);
    for (const Value& socket : sockets) {
        const auto details = read_details(socket);
        ASSERT_TRUE(details.has_value());
        EXPECT_EQ(wire::to_json(value_of(*details)), wire::to_json(socket));
    }
    const auto first = read_details(sockets[0]).value();
    EXPECT_EQ(first.id, "fmqr3a8KHicPEbknAAAB");
    EXPECT_EQ(first.rooms, (std::vector<std::string>{"fmqr3a8KHicPEbknAAAB", "room1"}));
    EXPECT_EQ(first.data, Value(Object{{"user", "alice"}}));
    EXPECT_EQ(first.handshake.address, "127.0.0.1");
    EXPECT_EQ(first.handshake.headers().get("upgrade"), "websocket");
    EXPECT_EQ(first.handshake.query.get("transport"), "websocket");
    EXPECT_EQ(first.handshake.url(), "/socket.io/?EIO=4&transport=websocket");
    EXPECT_EQ(first.handshake.issued,
              std::chrono::system_clock::time_point(std::chrono::milliseconds(1'795'388'944'705)));
}

TEST(MessageParts, SaysWhatIsNotThereSoThatNodesProgramsFindIt) {
    SocketDetails details;
    details.id = "a";
    const Value written = value_of(details);
    EXPECT_EQ(*written.as_object().find("data"), Value(Object()));
    const Object& handshake = written.as_object().find("handshake")->as_object();
    EXPECT_EQ(*handshake.find("auth"), Value(Object()));
    EXPECT_EQ(*handshake.find("headers"), Value(Object()));
    EXPECT_EQ(*handshake.find("url"), Value(""));
    EXPECT_EQ(*handshake.find("time"),
              Value("Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)"));
}

TEST(MessageParts, WritesFieldsThatStandTwiceAsNodeHasThem) {
    SocketDetails details;
    auto request = std::make_shared<OpeningRequest>();
    for (const auto& [name, value] : {std::pair("x", "1"), std::pair("cookie", "a=1"),
                                      std::pair("x", "2"), std::pair("cookie", "b=2")}) {
        request->headers.add(name, value);
    }
    details.handshake.request = request;
    details.handshake.query.add("q", "1");
    details.handshake.query.add("r", "2");
    details.handshake.query.add("q", "3");
    const Value written = value_of(details);
    const Object& handshake = written.as_object().find("handshake")->as_object();
    EXPECT_EQ(wire::to_json(*handshake.find("headers")), R"({"x":"1, 2","cookie":"a=1; b=2"})");
    EXPECT_EQ(wire::to_json(*handshake.find("query")), R"({"q":"3","r":"2"})");
}

TEST(MessageParts, ReadsSocketsOfWhichLittleIsSaid) {
    const auto bare = read_details(Object{{"id", "a"}, {"handshake", 7}});
    ASSERT_TRUE(bare.has_value());
    EXPECT_TRUE(bare->rooms.empty());
    EXPECT_EQ(bare->handshake.request, nullptr);
    const Value odd = Object{{"headers", Object{{"set-cookie", Array{"a", 1, "b"}}, {"n", 1}}},
                             {"issued", 1e300},
                             {"secure", "yes"},
                             {"query", Array{}}};
    const auto strange = read_details(Object{{"id", "a"}, {"handshake", odd}});
    ASSERT_TRUE(strange.has_value());
    EXPECT_EQ(strange->handshake.issued, std::chrono::system_clock::time_point());
    EXPECT_FALSE(strange->handshake.secure);
    EXPECT_EQ(strange->handshake.headers().get("set-cookie"), "a");
    EXPECT_FALSE(strange->handshake.headers().find("n").has_value());
    for (const std::int64_t issued : {INT64_MAX, INT64_MIN, std::int64_t{10'000'000'000'000}}) {
        const Value handshake = Object{{"issued", issued}};
        EXPECT_EQ(read_details(Object{{"id", "a"}, {"handshake", handshake}})->handshake.issued,
                  std::chrono::system_clock::time_point());
    }
}

TEST(MessageParts, RefusesWhatIsNoSocket) {
    const Value none[] = {nullptr,
                          "a",
                          Array{},
                          Object{},
                          Object{{"id", 1}},
                          Object{{"id", "a"}, {"rooms", "r"}},
                          Object{{"id", "a"}, {"rooms", Array{nullptr}}}};
    for (const Value& value : none) EXPECT_FALSE(read_details(value).has_value());
}

TEST(MessageParts, TakesNumbersForRoomsAsJavaScriptWritesThem) {
    const Value names = Array{7, "a", 1.5, 1e21, UINT64_MAX, -3};
    EXPECT_EQ(read_names(names),
              (std::vector<std::string>{"7", "a", "1.5", "1e+21", "18446744073709551615", "-3"}));
    EXPECT_FALSE(read_names(Array{std::numeric_limits<double>::infinity()}).has_value());
    EXPECT_FALSE(read_names(Array{true}).has_value());
    EXPECT_FALSE(read_names("a").has_value());
}

TEST(MessageParts, ReadsOptionsOfWhichPartsAreMissing) {
    const auto empty = read_opts(Object());
    ASSERT_TRUE(empty.has_value());
    EXPECT_TRUE(empty->flags.compress);
    EXPECT_FALSE(empty->timeout_ms.has_value());
    const Value flags = Object{{"compress", false},
                               {"volatile", true},
                               {"timeout", 1'000},
                               {"broadcast", true},
                               {"expectSingleResponse", true}};
    const auto full =
        read_opts(Object{{"rooms", Array{"a"}}, {"except", nullptr}, {"flags", flags}});
    ASSERT_TRUE(full.has_value());
    EXPECT_EQ(full->audience.rooms, std::vector<std::string>{"a"});
    EXPECT_TRUE(full->flags.is_volatile);
    EXPECT_FALSE(full->flags.compress);
    EXPECT_EQ(full->timeout_ms, 1'000);
    const Value no_time = Object{{"flags", Object{{"timeout", std::nan("")}}}};
    EXPECT_FALSE(read_opts(no_time)->timeout_ms.has_value());
    for (const Value& bad :
         {Value(), Value(Array{}), Value(Object{{"rooms", "a"}}), Value(Object{{"flags", 1}})}) {
        EXPECT_FALSE(read_opts(bad).has_value());
    }
}

TEST(MessageParts, WritesOptionsInNodesOrder) {
    const Audience audience{{"a"}, {"b"}};
    EmitFlags flags;
    EXPECT_EQ(wire::to_json(value_of(audience)), R"({"rooms":["a"],"except":["b"]})");
    EXPECT_EQ(wire::to_json(value_of(audience, flags)),
              R"({"rooms":["a"],"except":["b"],"flags":{}})");
    flags.compress = false;
    flags.is_volatile = true;
    EXPECT_EQ(wire::to_json(value_of(audience, flags)),
              R"({"rooms":["a"],"except":["b"],"flags":{"compress":false,"volatile":true}})");
}

TEST(MessageParts, ReadsAndWritesEvents) {
    const std::string nsp = "/n";
    const Args event{"e", 1};
    EXPECT_EQ(wire::to_json(packet_value(event, &nsp)), R"({"type":2,"data":["e",1],"nsp":"/n"})");
    EXPECT_EQ(wire::to_json(packet_value(event, nullptr)), R"({"type":2,"data":["e",1]})");
    EXPECT_EQ(read_packet(packet_value(event, nullptr)).value(), event);
    EXPECT_EQ(read_packet(Object{{"type", 5}, {"data", Array{"e"}}}).value(), Args{"e"});
    for (const Value& bad :
         {Value(), Value(Object{{"data", Array{"e"}}}), Value(Object{{"type", 2}}),
          Value(Object{{"type", 3}, {"data", Array{"e"}}}),
          Value(Object{{"type", 2}, {"data", Array{}}}),
          Value(Object{{"type", 2}, {"data", Array{1}}})}) {
        EXPECT_EQ(read_packet(bad).error(), errc::invalid_packet);
    }
    EXPECT_EQ(read_packet(Object{{"type", 2}, {"data", Array{"connect"}}}).error(),
              errc::reserved_event);
}

TEST(MessageParts, WritesLargeNumbersSoThatTheyStayThemselves) {
    // notepack writes integers beyond 64 bits as 0.
    for (const double number : {1e300, 18446744073709551616.0, -1e19}) {
        std::string bytes;
        wire::append_msgpack(bytes, packet_value({"e", number}, nullptr));
        EXPECT_NE(bytes.find('\xcb'), std::string::npos) << number;
        EXPECT_EQ(wire::decode_msgpack(bytes).value(), packet_value({"e", number}, nullptr));
    }
}

}  // namespace
}  // namespace socketio::cluster
