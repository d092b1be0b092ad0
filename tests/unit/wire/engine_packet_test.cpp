// One Engine.IO packet in each of its forms.

#include "wire/engine_packet.hpp"

#include <gtest/gtest.h>

namespace socketio::wire {
namespace {

TEST(EnginePacket, ReadsEachTypeFromItsDigit) {
    for (int type = 0; type <= 6; ++type) {
        const auto text = std::to_string(type) + "data";
        const auto packet = decode_engine_text(text);
        ASSERT_TRUE(packet) << text;
        EXPECT_EQ(packet->type, static_cast<EnginePacketType>(type));
        EXPECT_EQ(to_digit(packet->type), text.front());
        EXPECT_EQ(packet->data, "data");
        EXPECT_FALSE(packet->binary);
    }
}

TEST(EnginePacket, PointsIntoTheTextItWasReadFrom) {
    const std::string_view text = "4hello";
    EXPECT_EQ(decode_engine_text(text)->data.data(), text.data() + 1);
    EXPECT_EQ(decode_engine_text("2")->data, "");
}

TEST(EnginePacket, RefusesTextOfNoType) {
    for (int first = 0; first < 256; ++first) {
        const std::string text = {static_cast<char>(first), 'x'};
        const bool is_type = first >= '0' && first <= '6';
        const auto packet = decode_engine_text(text);
        EXPECT_EQ(packet.has_value(), is_type) << first;
        if (!is_type) {
            EXPECT_EQ(packet.error(), errc::invalid_engine_packet);
        }
    }
    EXPECT_EQ(decode_engine_text("").error(), errc::invalid_engine_packet);
}

TEST(EnginePacket, TakesABinaryFrameOfVersionFourAsAMessage) {
    const auto packet = decode_engine_binary("\x01\x02", EngineProtocol::v4);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->type, EnginePacketType::message);
    EXPECT_TRUE(packet->binary);
    EXPECT_EQ(packet->data, "\x01\x02");
    EXPECT_EQ(decode_engine_binary("", EngineProtocol::v4)->data, "");
}

TEST(EnginePacket, TakesTheTypeByteOffABinaryFrameOfVersionThree) {
    const auto packet = decode_engine_binary("\x04\x01\x02", EngineProtocol::v3);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->type, EnginePacketType::message);
    EXPECT_TRUE(packet->binary);
    EXPECT_EQ(packet->data, "\x01\x02");
    EXPECT_EQ(decode_engine_binary("", EngineProtocol::v3).error(), errc::invalid_engine_packet);
    EXPECT_EQ(decode_engine_binary("\x07", EngineProtocol::v3).error(),
              errc::invalid_engine_packet);
    EXPECT_EQ(decode_engine_binary("4abc", EngineProtocol::v3).error(),
              errc::invalid_engine_packet);
}

TEST(EnginePacket, ReadsBinaryFromBase64) {
    const auto four = decode_engine_base64("bAQIDBA==", EngineProtocol::v4);
    ASSERT_TRUE(four);
    EXPECT_EQ(four->view().type, EnginePacketType::message);
    EXPECT_TRUE(four->view().binary);
    EXPECT_EQ(four->view().data, "\x01\x02\x03\x04");

    const auto three = decode_engine_base64("b4AQIDBA==", EngineProtocol::v3);
    ASSERT_TRUE(three);
    EXPECT_EQ(three->type, EnginePacketType::message);
    EXPECT_EQ(three->data, "\x01\x02\x03\x04");
    EXPECT_EQ(decode_engine_base64("b", EngineProtocol::v4)->data, "");
}

TEST(EnginePacket, RefusesBase64ThatIsNone) {
    for (const auto* text : {"", "4AQ==", "b*", "bA", "bAQ="}) {
        EXPECT_FALSE(decode_engine_base64(text, EngineProtocol::v4)) << text;
    }
    for (const auto* text : {"b", "b7AQ==", "bAAQ==", "b4A"}) {
        EXPECT_FALSE(decode_engine_base64(text, EngineProtocol::v3)) << text;
    }
}

}  // namespace
}  // namespace socketio::wire
