// Responses of the classic adapter against captured bytes, both ways, and against what others may publish.
#include "cluster/codec/classic_response.hpp"

#include "unit/cluster/redis_vectors.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

using Kind = ClassicResponse::Kind;
using test::RedisVector;

ClassicResponse read_answer(std::string_view message) {
    auto response = decode_response(message);
    EXPECT_TRUE(response.has_value() && response->has_value()) << message;
    return response.has_value() && *response ? std::move(**response) : ClassicResponse();
}

std::vector<RedisVector> response_vectors() {
    return test::redis_vectors({"adapter."}, {"socket.io-response#", "crm-response#"});
}

TEST(ClassicResponse, IsReadAndWrittenAsNodeWritesIt) {
    std::set<Kind> kinds;
    for (const RedisVector& vector : response_vectors()) {
        const ClassicResponse response = read_answer(vector.bytes);
        EXPECT_EQ(response.request_id, vector.decoded.as_object().find("requestId")->as_string());
        EXPECT_TRUE(response.uid.empty());
        EXPECT_EQ(encode_response(response), vector.bytes) << vector.scenario;
        kinds.insert(response.kind);
    }
    EXPECT_EQ(kinds.size(), 5u) << "all but done";
}

TEST(ClassicResponse, OfOursSaysLastWhoAnswers) {
    for (const RedisVector& vector : response_vectors()) {
        ClassicResponse response = read_answer(vector.bytes);
        EXPECT_FALSE(is_own_response(vector.bytes, "abcdef"));
        response.uid = "abcdef";
        const std::string message = encode_response(response);
        EXPECT_TRUE(is_own_response(message, "abcdef")) << vector.scenario;
        EXPECT_FALSE(is_own_response(message, "abcdeg")) << vector.scenario;
        const ClassicResponse again = read_answer(message);
        EXPECT_EQ(again.uid, "abcdef");
        EXPECT_EQ(again.value, response.value);
        EXPECT_EQ(again.clients, response.clients);
    }
    for (const char* message : {"", "{", "\"}", "abcdef",
                                "\xa6"
                                "abcdef",
                                R"({abcdef"})"}) {
        EXPECT_FALSE(is_own_response(message, "abcdef")) << message;
    }
}

TEST(ClassicResponse, OfAVeryLongNameIsOfNobody) {
    ClassicResponse response;
    response.request_id = "r";
    response.uid = std::string(65, 'x');
    EXPECT_EQ(read_answer(encode_response(response)).uid, "");
    response.uid = std::string(64, 'x');
    EXPECT_EQ(read_answer(encode_response(response)).uid, response.uid);
}

TEST(ClassicResponse, WithBinaryGoesAsMessagePack) {
    ClassicResponse response{Kind::server_side, "r", "abcdef", Binary("\x01"), 0};
    const std::string message = encode_response(response);
    EXPECT_NE(message.front(), '{');
    EXPECT_EQ(read_answer(message).value, Value(Binary("\x01")));
    EXPECT_TRUE(is_own_response(message, "abcdef"));
}

TEST(ClassicResponse, WithoutAValueIsNull) {
    EXPECT_EQ(read_answer(R"({"type":6,"requestId":"r"})").value, Value());
    EXPECT_EQ(read_answer(R"({"type":9,"requestId":"r"})").kind, Kind::broadcast_ack);
    EXPECT_EQ(read_answer(R"({"requestId":"r"})").kind, Kind::done);
}

TEST(ClassicResponse, OfTheSeedEraIsPassedOver) {
    const auto vectors = test::redis_vectors({"old-adapter."}, {"socket.io-response#"});
    EXPECT_GE(vectors.size(), 5u);
    for (const RedisVector& vector : vectors) {
        const auto response = decode_response(vector.bytes);
        ASSERT_TRUE(response.has_value()) << vector.scenario;
        EXPECT_FALSE(response->has_value()) << vector.scenario;
    }
    // As such a server answers a request of today's.
    EXPECT_FALSE(decode_response(R"({"clients":[]})").value().has_value());
}

TEST(ClassicResponse, OfNoKnownShapeIsRefused) {
    for (const char* message :
         {"", "{", "{}", "[]", "\x93", R"({"requestId":1})", R"({"requestId":"r","sockets":1})",
          R"({"requestId":"r","rooms":{}})", R"({"requestId":"r","type":8})",
          R"({"requestId":"r","type":8,"clientCount":-1})",
          R"({"requestId":"r","type":8,"clientCount":1e300})",
          R"({"requestId":"r","type":8,"clientCount":18446744073709551615})",
          R"({"requestId":"r","type":5})", R"({"requestId":"r","type":"6"})"}) {
        EXPECT_TRUE(decode_response(message).has_error()) << message;
    }
}

TEST(ClassicResponse, HasAChannelOfAllOrOfOne) {
    EXPECT_EQ(response_channel("socket.io", "/"), "socket.io-response#/#");
    EXPECT_EQ(response_channel("crm", "/", "GXzyol"), "crm-response#/#GXzyol#");
}

}  // namespace
}  // namespace socketio::cluster
