// What one message becomes for each protocol and transport.

#include "engine/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

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

// ---- Compressed ------------------------------------------------------------------------------------

/// An event of that many bytes, its type included.
std::string event(std::size_t bytes) {
    std::string data = "2[\"rows\",\"";
    while (data.size() + 3 < bytes) data += static_cast<char>('a' + data.size() % 5);
    return data + "\"]";
}

/// Bytes that nothing makes smaller.
std::string noise(std::size_t bytes) {
    std::mt19937 random(7);
    std::string data;
    while (data.size() < bytes) data += static_cast<char>(random());
    return data;
}

/// What a client reads: each frame's payload, with whether it came compressed.
std::vector<std::pair<std::string, bool>> read_frames(std::string_view bytes) {
    std::vector<std::pair<std::string, bool>> payloads;
    wire::Inflater inflater;
    while (!bytes.empty()) {
        const auto number = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
        std::size_t length = number(1);
        std::size_t header = 2;
        if (length == 126) {
            length = number(2) << 8 | number(3);
            header = 4;
        } else if (length == 127) {
            length = std::size_t{number(7)} << 16 | number(8) << 8 | number(9);
            header = 10;
        }
        const bool compressed = (number(0) & 0x40) != 0;
        const auto payload = bytes.substr(header, length);
        payloads.emplace_back(
            compressed ? inflater.inflate(payload, 1'000'000).value().payload : payload,
            compressed);
        bytes.remove_prefix(header + length);
    }
    return payloads;
}

TEST(Message, IsCompressedOnceForAllWhoTakeIt) {
    wire::Deflater deflater({});
    const auto message = text_message(event(2'000));
    const auto frames = message->websocket_bytes({FrameFormat::v4, &deflater});
    EXPECT_LT(frames.size(), 200U);
    EXPECT_EQ(frames.front(), '\xc1');
    EXPECT_THAT(read_frames(frames), testing::ElementsAre(testing::Pair("4" + event(2'000), true)));
    EXPECT_EQ(message->websocket_bytes({FrameFormat::v4, &deflater}).data(), frames.data());
    EXPECT_EQ(message->websocket_bytes({FrameFormat::v3, &deflater}), frames);
    EXPECT_THAT(read_frames(message->websocket_bytes(FrameFormat::v4)),
                testing::ElementsAre(testing::Pair("4" + event(2'000), false)));
}

TEST(Message, IsCompressedFromTheThresholdOnAndUpToWhatAShardCanAfford) {
    wire::Deflater deflater({});
    const auto is_compressed = [&](std::size_t payload_bytes) {
        const auto message = text_message(event(payload_bytes));
        const auto frames = message->websocket_bytes({FrameFormat::v4, &deflater});
        const bool compressed = frames.size() < payload_bytes;
        // A message that goes as it is shares its bytes with those who take nothing else.
        EXPECT_EQ(frames.data() == message->websocket_bytes(FrameFormat::v4).data(), !compressed);
        return compressed;
    };
    EXPECT_FALSE(is_compressed(1'023));
    EXPECT_TRUE(is_compressed(1'024));
    EXPECT_TRUE(is_compressed(64 * 1024));
    EXPECT_FALSE(is_compressed(64 * 1024 + 1));
}

TEST(Message, GoesAsItIsWhereCompressionIsNotWantedOrGainsNothing) {
    wire::Deflater deflater({.threshold = 0});
    const WebSocketFormat deflating{FrameFormat::v4, &deflater};
    const std::vector<ContentRef> contents = {
        make_content(wire::EncodedPacket{event(2'000), {}}, {.compress = false}),
        make_content(EnginePacketType::message, noise(2'000), true),
        make_content(EnginePacketType::ping, {}),
        make_content(EnginePacketType::open, event(500)),
    };
    for (const auto& content : contents) {
        const auto message = Message::make(content);
        const auto frames = message->websocket_bytes(deflating);
        EXPECT_EQ(frames.data(), message->websocket_bytes(FrameFormat::v4).data());
        EXPECT_EQ(message->websocket_bytes(deflating).data(), frames.data());
    }
}

TEST(Message, CompressesEachAttachmentOnItsOwn) {
    wire::Deflater deflater({});
    const std::string wide(3'000, 'w');
    const auto message = Message::make(make_content(
        wire::EncodedPacket{"53-[\"x\"]", {Binary(noise(2'000)), Binary(wide), Binary("small")}}));
    EXPECT_THAT(read_frames(message->websocket_bytes({FrameFormat::v4, &deflater})),
                testing::ElementsAre(testing::Pair("453-[\"x\"]", false),
                                     testing::Pair(noise(2'000), false), testing::Pair(wide, true),
                                     testing::Pair("small", false)));
    EXPECT_THAT(read_frames(message->websocket_bytes({FrameFormat::v3, &deflater})),
                testing::ElementsAre(
                    testing::Pair("453-[\"x\"]", false), testing::Pair('\4' + noise(2'000), false),
                    testing::Pair('\4' + wide, true), testing::Pair("\4small", false)));
    const auto base64 = read_frames(message->websocket_bytes({FrameFormat::v3_base64, &deflater}));
    EXPECT_TRUE(base64[2].second);
    EXPECT_EQ(base64[2].first.substr(0, 6), "b4d3d3");
}

TEST(Message, CostsLittleWhileNobodyTakesItCompressed) {
    EXPECT_LE(sizeof(Message), 80U);
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
