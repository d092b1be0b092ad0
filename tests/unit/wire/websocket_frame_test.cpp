// Frames as a server writes them, and the opening handshake. Examples of RFC 6455, sections 1.3 and 5.7.

#include "wire/websocket_frame.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::wire {
namespace {

using namespace std::string_literals;

std::string header(WebSocketOpcode opcode, std::size_t payload_bytes) {
    std::string out;
    append_websocket_header(out, opcode, payload_bytes);
    return out;
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
    std::string out;
    append_websocket_close(out, code, reason);
    return out;
}

TEST(WebSocketFrame, IsFinalAndUnmasked) {
    std::string out = "x";
    append_websocket_frame(out, WebSocketOpcode::text, "Hello");
    EXPECT_EQ(out, "x\x81\x05Hello");
    EXPECT_EQ(header(WebSocketOpcode::binary, 0), "\x82\x00"s);
    EXPECT_EQ(header(WebSocketOpcode::ping, 4), "\x89\x04");
    EXPECT_EQ(header(WebSocketOpcode::pong, 4), "\x8a\x04");
}

TEST(WebSocketFrame, SaysThatItsPayloadIsCompressed) {
    std::string out;
    append_websocket_header(out, WebSocketOpcode::text, 126, WebSocketPayload::deflated);
    EXPECT_EQ(out, "\xc1\x7e\x00\x7e"s);
}

TEST(WebSocketFrame, WritesLengthsInTheirShortestForm) {
    EXPECT_EQ(header(WebSocketOpcode::binary, 125), "\x82\x7d");
    EXPECT_EQ(header(WebSocketOpcode::binary, 126), "\x82\x7e\x00\x7e"s);
    EXPECT_EQ(header(WebSocketOpcode::binary, 256), "\x82\x7e\x01\x00"s);
    EXPECT_EQ(header(WebSocketOpcode::binary, 65'535), "\x82\x7e\xff\xff");
    EXPECT_EQ(header(WebSocketOpcode::binary, 65'536), "\x82\x7f\0\0\0\0\0\1\0\0"s);
    EXPECT_EQ(header(WebSocketOpcode::binary, 0x123456789A).size(), websocket_header_bytes_max);
}

TEST(WebSocketFrame, WritesACloseFrame) {
    EXPECT_EQ(close_frame(websocket_close::normal, ""), "\x88\x02\x03\xe8");
    EXPECT_EQ(close_frame(websocket_close::too_big, "no"), "\x88\x04\x03\xf1no");
    EXPECT_EQ(close_frame(websocket_close::no_status, "ignored"), "\x88\x00"s);
}

TEST(WebSocketFrame, CutsAReasonAtACharacter) {
    const std::string ascii(200, 'a');
    EXPECT_EQ(close_frame(1000, ascii), "\x88\x7d\x03\xe8" + ascii.substr(0, 123));
    const std::string euro = "\xe2\x82\xac";
    const std::string fits(120, 'a');
    EXPECT_EQ(close_frame(1000, fits + euro), "\x88\x7d\x03\xe8" + fits + euro);
    EXPECT_EQ(close_frame(1000, fits + "a" + euro), "\x88\x7b\x03\xe8" + fits + "a");
    EXPECT_EQ(close_frame(1000, fits + "aa" + euro), "\x88\x7c\x03\xe8" + fits + "aa");
    EXPECT_EQ(close_frame(1000, fits + "aaa" + euro), "\x88\x7d\x03\xe8" + fits + "aaa");
}

TEST(WebSocketFrameDeathTest, RefusesAControlFrameThatIsTooLong) {
    std::string out;
    EXPECT_DEATH(append_websocket_frame(out, WebSocketOpcode::ping, std::string(126, 'a')),
                 "assertion failed");
    EXPECT_DEATH(append_websocket_close(out, websocket_close::abnormal, ""), "assertion failed");
}

TEST(WebSocketHandshake, ProvesThatTheKeyWasRead) {
    EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketHandshake, KnowsAKeyOfSixteenBytes) {
    EXPECT_TRUE(is_websocket_key("dGhlIHNhbXBsZSBub25jZQ=="));
    EXPECT_TRUE(is_websocket_key("AAAAAAAAAAAAAAAAAAAAAA=="));
    EXPECT_TRUE(is_websocket_key("+/+/+/+/+/+/+/+/+/+/+g=="));
    for (const auto* key :
         {"", "==", "dGhlIHNhbXBsZSBub25jZQ",
          "dGhlIHNhbXBsZSBub25jZQA=", "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub25jZQ==AAAA",
          "dGhlIHNhbXBsZSBub25jZ*==", "-_AAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAAAA"}) {
        EXPECT_FALSE(is_websocket_key(key)) << key;
    }
}

}  // namespace
}  // namespace socketio::wire
