// What one message becomes for each protocol and transport.

#include "engine/message.hpp"

#include <gtest/gtest.h>

namespace socketio::engine {
namespace {

using wire::EnginePacketType;
using wire::EngineProtocol;

MessageRef text_message(std::string data) {
    return Message::make(make_content(EnginePacketType::message, std::move(data)));
}

MessageRef message_with_attachments() {
    return Message::make(make_content(wire::EncodedPacket{
        "52-[\"x\"]", {Binary(std::string("\1\2\3\4", 4)), Binary(std::string())}}));
}

TEST(Message, FramesTextOnceForBothProtocols) {
    const auto message = text_message("hello");
    const auto frames = message->websocket_bytes(FrameFormat::v4);
    EXPECT_EQ(frames,
              "\x81\x06"
              "4hello");
    EXPECT_EQ(message->websocket_bytes(FrameFormat::v4).data(), frames.data());
    EXPECT_EQ(message->websocket_bytes(FrameFormat::v3), frames);
}

TEST(Message, FramesAttachmentsBehindTheirPacket) {
    const auto message = message_with_attachments();
    EXPECT_EQ(message->websocket_bytes(FrameFormat::v4), std::string("\x81\x09"
                                                                     "452-[\"x\"]"
                                                                     "\x82\x04\1\2\3\4"
                                                                     "\x82\0",
                                                                     2 + 9 + 6 + 2));
}

TEST(Message, PutsTheTypeByteIntoBinaryFramesOfVersion3) {
    const auto message = message_with_attachments();
    EXPECT_EQ(message->websocket_bytes(FrameFormat::v3), std::string("\x81\x09"
                                                                     "452-[\"x\"]"
                                                                     "\x82\x05\4\1\2\3\4"
                                                                     "\x82\x01\4",
                                                                     2 + 9 + 7 + 3));
}

TEST(Message, FramesBareBinary) {
    const auto message = Message::make(make_content(EnginePacketType::message, "\x01\x02", true));
    EXPECT_EQ(message->websocket_bytes(FrameFormat::v4), "\x82\x02\x01\x02");
    EXPECT_EQ(message->websocket_bytes(FrameFormat::v3), "\x82\x03\x04\x01\x02");
    EXPECT_EQ(message->websocket_bytes(FrameFormat::v3_base64),
              "\x81\x06"
              "b4AQI=");
    EXPECT_TRUE(message->has_binary());
}

TEST(Message, WritesEachPayloadFormat) {
    const auto message = message_with_attachments();
    std::string body = "4before";
    message->append_payload(body, PayloadFormat::v4);
    EXPECT_EQ(body,
              "4before\x1e"
              "452-[\"x\"]\x1e"
              "bAQIDBA==\x1e"
              "b");
    body.clear();
    message->append_payload(body, PayloadFormat::v3_text);
    EXPECT_EQ(body, "9:452-[\"x\"]10:b4AQIDBA==2:b4");
    body.clear();
    message->append_payload(body, PayloadFormat::v3_binary);
    EXPECT_EQ(body, std::string("\0\x09\xff"
                                "452-[\"x\"]"
                                "\1\5\xff\4\1\2\3\4"
                                "\1\1\xff\4",
                                3 + 9 + 3 + 5 + 3 + 1));
}

TEST(Message, CountsAllItsBytesAndPackets) {
    const auto message = message_with_attachments();
    EXPECT_EQ(message->bytes(), 1 + 8 + 4U);
    EXPECT_EQ(message->packets(), 3U);
    EXPECT_TRUE(message->has_binary());
    EXPECT_FALSE(text_message("x")->has_binary());
}

TEST(Message, LivesAsLongAsAReference) {
    const auto content = make_content(EnginePacketType::message, "shared");
    {
        auto first = Message::make(content);
        const auto second = first;
        first = MessageRef();
        EXPECT_EQ(content.use_count(), 2);
        auto third = second;
        third = third;  // NOLINT(clang-diagnostic-self-assign-overloaded): must survive it.
        EXPECT_EQ(third->content().data, "shared");
    }
    EXPECT_EQ(content.use_count(), 1);
}

TEST(MessageDeathTest, RefusesABinaryPacketThatIsNoMessage) {
    EXPECT_DEATH((void)Message::make(make_content(EnginePacketType::ping, "", true)), "assertion");
}

}  // namespace
}  // namespace socketio::engine
