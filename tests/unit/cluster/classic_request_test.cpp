// Requests of the classic adapter against captured bytes, both ways, and against what others may publish.
#include "cluster/codec/classic_request.hpp"

#include "unit/cluster/redis_vectors.hpp"
#include "wire/msgpack.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

using test::RedisVector;

std::vector<RedisVector> request_vectors() {
    return test::redis_vectors({"adapter.", "emitter."}, {"socket.io-request#", "crm-request#"});
}

ClassicRequest read_request(std::string_view message) {
    auto request = decode_request(message);
    EXPECT_TRUE(request.has_value()) << message;
    EXPECT_TRUE(request.has_value() && request->has_value()) << message;
    return request.has_value() && *request ? std::move(**request) : ClassicRequest();
}

TEST(ClassicRequest, IsReadAndWrittenAsNodeWritesIt) {
    std::set<ClassicType> types;
    for (const RedisVector& vector : request_vectors()) {
        const ClassicRequest request = read_request(vector.bytes);
        const Object& expected = vector.decoded.as_object();
        EXPECT_EQ(static_cast<int>(request.type), expected.find("type")->as_int64())
            << vector.scenario;
        const Value* id = expected.find("requestId");
        EXPECT_EQ(request.request_id, id != nullptr ? id->as_string() : "") << vector.scenario;
        EXPECT_EQ(encode_request(request), vector.bytes) << vector.scenario;
        types.insert(request.type);
    }
    EXPECT_EQ(types.size(), 7u) << "all but 0, which today's API does not send";
}

TEST(ClassicRequest, SaysWhatItIsAbout) {
    for (const RedisVector& vector : request_vectors()) {
        const ClassicRequest request = read_request(vector.bytes);
        if (vector.scenario == "adapter.socketsLeave") {
            EXPECT_EQ(request.audience.rooms, std::vector<std::string>{"room1"});
            EXPECT_EQ(request.audience.except, std::vector<std::string>{"r9"});
            EXPECT_EQ(request.rooms, std::vector<std::string>{"r2"});
        } else if (vector.scenario == "adapter.disconnectSockets") {
            EXPECT_TRUE(request.close);
        } else if (vector.scenario == "emitter.serverSideEmit") {
            EXPECT_EQ(request.uid, "emitter");
            EXPECT_EQ(request.data, (Args{"hello", "w", 3}));
        } else if (vector.scenario == "adapter.broadcastWithAck") {
            EXPECT_EQ(request.data, (Args{"q", 41}));
            EXPECT_EQ(request.nsp, "/");
            EXPECT_EQ(request.timeout, std::chrono::milliseconds(1'000));
        }
    }
}

TEST(ClassicRequest, ForTheSocketsOfRoomsIsWrittenAsNodeReadsIt) {
    ClassicRequest request;
    request.uid = "aaaaaa";
    request.request_id = "bbbbbb";
    request.audience.rooms = {"r"};
    EXPECT_EQ(encode_request(request),
              R"({"uid":"aaaaaa","requestId":"bbbbbb","type":0,"rooms":["r"]})");
    EXPECT_EQ(read_request(encode_request(request)).audience.rooms, std::vector<std::string>{"r"});
}

TEST(ClassicRequest, WithBinaryGoesAsMessagePack) {
    ClassicRequest request;
    request.type = ClassicType::server_side_emit;
    request.uid = "aaaaaa";
    request.data = {"e", Object{{"b", Binary("\x01")}}};
    const std::string message = encode_request(request);
    EXPECT_NE(message.front(), '{');
    EXPECT_EQ(read_request(message).data, request.data);
    EXPECT_TRUE(is_own_request(message, "aaaaaa"));
}

TEST(ClassicRequest, OfThisServerIsKnownByItsFirstBytes) {
    for (const RedisVector& vector : request_vectors()) {
        const std::string uid = read_request(vector.bytes).uid;
        EXPECT_EQ(!uid.empty(), is_own_request(vector.bytes, uid.empty() ? "2Flfen" : uid));
        EXPECT_FALSE(is_own_request(vector.bytes, "abcdef"));
    }
    for (const char* message :
         {"", "{", "\x85", "\x85\xa3uid", "\x85\xa3uid\xa6", R"({"uid":")", R"({"uid":"abcdef)"}) {
        EXPECT_FALSE(is_own_request(message, "abcdef"));
    }
}

TEST(ClassicRequest, IsReadInItsFormsBeforeVersionSix) {
    const auto join = read_request(R"({"requestId":"r","type":2,"sid":"s","room":"a"})");
    EXPECT_EQ(join.sid, "s");
    EXPECT_EQ(join.rooms, std::vector<std::string>{"a"});
    EXPECT_EQ(join.audience.rooms, std::vector<std::string>{"s"});
    const auto leave = read_request(R"({"requestId":"r","type":4,"sid":"s","close":true})");
    EXPECT_TRUE(leave.close);
    EXPECT_TRUE(leave.rooms.empty());
}

TEST(ClassicRequest, OfOthersIsPassedOver) {
    for (const RedisVector& vector :
         test::redis_vectors({"old-adapter."}, {"socket.io-request#"})) {
        const auto request = decode_request(vector.bytes);
        ASSERT_TRUE(request.has_value()) << vector.scenario;
        EXPECT_FALSE(request->has_value()) << vector.scenario;
    }
    for (const char* message :
         {R"({"type":8,"requestId":"a"})", R"({"type":99})", R"({"type":-1})"}) {
        const auto request = decode_request(message);
        ASSERT_TRUE(request.has_value()) << message;
        EXPECT_FALSE(request->has_value()) << message;
    }
}

TEST(ClassicRequest, OfNoKnownShapeIsRefused) {
    for (const char* message :
         {"{",
          "{}",
          "[]",
          "",
          "\x93",
          R"({"type":"5"})",
          R"({"type":5})",
          R"({"type":5,"opts":1})",
          R"({"type":5,"opts":{"rooms":[null]}})",
          R"({"type":2,"opts":{}})",
          R"({"type":2})",
          R"({"type":2,"opts":{},"rooms":"r"})",
          R"({"type":4,"sid":1})",
          R"({"type":0})",
          R"({"type":6})",
          R"({"type":6,"data":[]})",
          R"({"type":6,"data":[1]})",
          R"({"type":7,"requestId":"a"})",
          R"({"type":1,"uid":1})",
          R"({"type":1,"requestId":2})",
          R"({"type":7,"packet":{"type":2,"data":["e"]},"opts":{}})",
          R"({"type":7,"requestId":"a","packet":{"type":2,"data":["connect"]},"opts":{}})",
          R"({"type":7,"requestId":"a","packet":{"type":2,"data":["e"],"nsp":1},"opts":{}})"}) {
        EXPECT_TRUE(decode_request(message).has_error()) << message;
    }
    EXPECT_TRUE(decode_request("{\"type\":6,\"data\":" + std::string(200, '[')).has_error());
}

TEST(ClassicRequest, HasAChannel) {
    EXPECT_EQ(request_channel("socket.io", "/"), "socket.io-request#/#");
    EXPECT_EQ(request_channel("crm", "/admin"), "crm-request#/admin#");
}

}  // namespace
}  // namespace socketio::cluster
