// Messages of sharded and streams adapters against bytes captured from Node's (redis_vectors.json), and against
// what a foreign process may publish on their channels.
#include "cluster/codec/cluster_message.hpp"

#include "unit/cluster/redis_vectors.hpp"
#include "wire/msgpack.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

using namespace std::chrono_literals;

std::vector<test::RedisVector> message_vectors() {
    return test::redis_vectors({"sharded.", "streams."}, {"sh-", "socket.io#"});
}

/// One of each type, and of those that have two forms both.
std::vector<MessageBody> one_of_each() {
    ClusterBroadcast event{"/chat", {"ev", 1, Object{{"k", nullptr}}}, {{"r"}, {"x"}}, {}};
    event.flags.compress = false;
    ClusterBroadcast binary{"/chat", {"ev", Array{Binary("\x01\x02")}}, {}, {}};
    SocketDetails socket;
    socket.id = "abc";
    socket.rooms = {"abc", "r"};
    socket.data = Object{{"name", "bob"}};
    return {message::InitialHeartbeat{},
            message::Heartbeat{},
            message::AdapterClose{},
            message::Broadcast{event, std::nullopt, std::nullopt},
            message::Broadcast{binary, "00ff", 500ms},
            ClusterSurgery{ClusterSurgery::Kind::join, "/chat", {{"r"}, {}}, {"a", "b"}},
            ClusterSurgery{ClusterSurgery::Kind::leave, "/chat", {{}, {"x"}}, {"a"}},
            ClusterSurgery{ClusterSurgery::Kind::disconnect, "/chat", {}, {}},
            ClusterSurgery{ClusterSurgery::Kind::disconnect_and_close, "/chat", {}, {}},
            message::FetchSockets{{{"r"}, {"x"}}, "00ff"},
            message::FetchedSockets{"00ff", {socket}},
            message::ServerSideEmit{{"ev", 1}, std::nullopt},
            message::ServerSideEmit{{"ev", Binary("\x01")}, "00ff"},
            message::ServerSideAnswer{"00ff", "yes"},
            message::ClientCount{"00ff", 3},
            message::ClientAnswer{"00ff", Binary("\x01")}};
}

TEST(ClusterMessage, ReadsEveryCapturedMessage) {
    const auto vectors = message_vectors();
    EXPECT_GE(vectors.size(), 40U);
    for (const test::RedisVector& vector : vectors) {
        const Result<ClusterMessage> message = decode_message(vector.bytes);
        ASSERT_TRUE(message.has_value()) << vector.scenario << ": " << message.error().message();
        const Object& expected = vector.decoded.as_object();
        EXPECT_EQ(message->uid, expected.find("uid")->as_string()) << vector.scenario;
        EXPECT_EQ(message->nsp, expected.find("nsp")->as_string()) << vector.scenario;
        EXPECT_EQ(static_cast<std::int64_t>(type_of(message->body)),
                  expected.find("type")->as_int64())
            << vector.scenario;
        EXPECT_TRUE(has_tail(vector.bytes, tails_of(message->uid, message->nsp)))
            << vector.scenario;
        EXPECT_FALSE(has_tail(vector.bytes, tails_of("0123456789abcdef", message->nsp)))
            << vector.scenario;
    }
}

TEST(ClusterMessage, WritesTheSameBytesAsNode) {
    std::size_t compared = 0;
    for (const test::RedisVector& vector : message_vectors()) {
        const ClusterMessage message = decode_message(vector.bytes).value();
        // A handshake holds what only its server knows, in the order of its client's headers.
        if (type_of(message.body) == MessageType::fetch_sockets_response) continue;
        const std::string ours = vector.scenario.starts_with("streams.")
                                     ? encode_msgpack_message(message)
                                     : encode_message(message);
        EXPECT_EQ(ours, vector.bytes) << vector.scenario;
        ++compared;
    }
    EXPECT_GE(compared, 35U);
}

TEST(ClusterMessage, IsReadAsItWasWritten) {
    for (const MessageBody& body : one_of_each()) {
        const ClusterMessage message{"0011223344556677", "/chat", body};
        for (const std::string& bytes :
             {encode_message(message), encode_msgpack_message(message)}) {
            const Result<ClusterMessage> read = decode_message(bytes);
            ASSERT_TRUE(read.has_value()) << bytes << ": " << read.error().message();
            EXPECT_EQ(read->uid, message.uid);
            EXPECT_EQ(read->nsp, message.nsp);
            EXPECT_EQ(type_of(read->body), type_of(body));
            EXPECT_EQ(encode_msgpack_message(*read), encode_msgpack_message(message)) << bytes;
        }
    }
}

TEST(ClusterMessage, IsMessagePackOnlyWithBinary) {
    for (const MessageBody& body : one_of_each()) {
        const std::string bytes = encode_message({"0011223344556677", "/chat", body});
        const bool has_binary =
            encode_msgpack_message({"0011223344556677", "/chat", body}).find('\xc4') !=
            std::string::npos;
        EXPECT_EQ(bytes.starts_with('{'), !has_binary) << bytes;
    }
}

TEST(ClusterMessage, APlainBroadcastIsWrittenWithoutACopy) {
    const ClusterBroadcast event{"/chat", {"ev", "\"quoted\"", 2.5}, {{"r"}, {}}, {}};
    EXPECT_EQ(encode_message("0011223344556677", event),
              encode_message({"0011223344556677", "/chat",
                              message::Broadcast{event, std::nullopt, std::nullopt}}));
}

TEST(ClusterMessage, KnowsItsOwnEchoByItsEnd) {
    const MessageTails tails = tails_of("0011223344556677", "/chat");
    for (const MessageBody& body : one_of_each()) {
        const ClusterMessage own{"0011223344556677", "/chat", body};
        EXPECT_TRUE(has_tail(encode_message(own), tails));
        EXPECT_TRUE(has_tail(encode_msgpack_message(own), tails));
        const ClusterMessage other{"7766554433221100", "/chat", body};
        EXPECT_FALSE(has_tail(encode_message(other), tails));
        EXPECT_FALSE(has_tail(encode_msgpack_message(other), tails));
    }
    // Another's message whose content looks like ours.
    const ClusterBroadcast quoting{
        "/chat", {"ev", Object{{"uid", "0011223344556677"}, {"nsp", "/chat"}}}, {}, {}};
    EXPECT_FALSE(has_tail(encode_message("7766554433221100", quoting), tails));
    EXPECT_FALSE(has_tail("", tails));
}

TEST(ClusterMessage, TimeForClientsIsReadWithinBounds) {
    const auto read = [](std::string_view timeout) {
        const std::string bytes =
            R"({"type":3,"data":{"packet":{"type":2,"data":["q"]},"requestId":"1",)"
            R"("opts":{"rooms":[],"except":[],"flags":{"timeout":)" +
            std::string(timeout) + R"(}}},"uid":"u","nsp":"/"})";
        return std::get<message::Broadcast>(decode_message(bytes).value().body).timeout;
    };
    EXPECT_EQ(read("500"), 500ms);
    EXPECT_EQ(read("9000000000000000"), 24h);
    EXPECT_EQ(read("-1"), std::nullopt);
}

TEST(ClusterMessage, RefusesWhatIsNoMessage) {
    const std::string long_id(300, 'a');
    const std::vector<std::pair<std::string, errc>> cases = {
        {"", errc::invalid_msgpack},
        {"{", errc::invalid_json},
        {"\x93", errc::invalid_msgpack},
        {"\x90", errc::invalid_packet},
        {R"({"uid":"u","nsp":"/","data":{}})", errc::invalid_packet},
        {R"({"type":"3","uid":"u","nsp":"/","data":{}})", errc::invalid_packet},
        {R"({"type":0,"uid":"u","nsp":"/","data":{}})", errc::invalid_packet},
        {R"({"type":14,"uid":"u","nsp":"/","data":{}})", errc::invalid_packet},
        {R"({"type":2,"nsp":"/"})", errc::invalid_packet},
        {R"({"type":2,"uid":"u"})", errc::invalid_packet},
        {R"({"type":2,"uid":")" + long_id + R"(","nsp":"/"})", errc::invalid_packet},
        {R"({"type":3,"uid":"u","nsp":"/"})", errc::invalid_packet},
        {R"({"type":3,"uid":"u","nsp":"/","data":{"packet":{"type":2,"data":["e"]}}})",
         errc::invalid_packet},
        {R"({"type":3,"uid":"u","nsp":"/","data":{"packet":{"type":2,"data":["connect"]},)"
         R"("opts":{"rooms":[]}}})",
         errc::reserved_event},
        {R"({"type":3,"uid":"u","nsp":"/","data":{"packet":{"type":2,"data":["e"]},)"
         R"("requestId":5,"opts":{"rooms":[]}}})",
         errc::invalid_packet},
        {R"({"type":4,"uid":"u","nsp":"/","data":{"opts":{"rooms":[]},"rooms":[{}]}})",
         errc::invalid_packet},
        {R"({"type":7,"uid":"u","nsp":"/","data":{"opts":{"rooms":[]}}})", errc::invalid_packet},
        {R"({"type":8,"uid":"u","nsp":"/","data":{"requestId":"1","sockets":[5]}})",
         errc::invalid_packet},
        {R"({"type":9,"uid":"u","nsp":"/","data":{"packet":[]}})", errc::invalid_packet},
        {R"({"type":9,"uid":"u","nsp":"/","data":{"packet":[5]}})", errc::invalid_packet},
        {R"({"type":11,"uid":"u","nsp":"/","data":{"requestId":"1","clientCount":-1}})",
         errc::invalid_packet},
        {R"({"type":12,"uid":"u","nsp":"/","data":{}})", errc::invalid_packet},
    };
    for (const auto& [bytes, error] : cases) {
        const Result<ClusterMessage> message = decode_message(bytes);
        ASSERT_TRUE(message.has_error()) << bytes;
        EXPECT_EQ(message.error(), make_error_code(error))
            << bytes << ": " << message.error().message();
    }
    EXPECT_TRUE(decode_message(R"({"type":3,"x":)" + std::string(500, '[')).has_error());
}

TEST(ClusterMessage, AnAnswerThatIsLeftOutIsNull) {
    const auto read =
        decode_message(R"({"type":10,"data":{"requestId":"1"},"uid":"u","nsp":"/"})").value();
    EXPECT_TRUE(std::get<message::ServerSideAnswer>(read.body).answer.is_null());
}

}  // namespace
}  // namespace socketio::cluster
