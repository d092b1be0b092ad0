// The three forms of a polling body. The v3 bytes were written by engine.io-parser 2.2.1 and by the v3
// parser of engine.io 6.6, which agree; the v4 ones by engine.io-parser 5.2.

#include "wire/engine_payload.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::wire {
namespace {

using namespace std::string_literals;

constexpr std::size_t many = 1000;

EnginePacket text(std::string data, EnginePacketType type = EnginePacketType::message) {
    return {type, false, std::move(data)};
}

EnginePacket binary(std::string data) {
    return {EnginePacketType::message, true, std::move(data)};
}

/// As one can read it: `4hello`, and `b` with the bytes for binary.
std::vector<std::string> shown(const std::vector<EnginePacket>& packets) {
    std::vector<std::string> out;
    for (const auto& packet : packets) {
        out.push_back((packet.binary ? "b" : "") + std::string(1, to_digit(packet.type)) +
                      packet.data);
    }
    return out;
}

using Append = void (&)(std::string&, EnginePacketView);
using Decode = DecodedPayload (&)(std::string_view, std::size_t);

std::string encode(Append append, const std::vector<EnginePacket>& packets) {
    std::string body;
    for (const auto& packet : packets) append(body, packet.view());
    return body;
}

/// Both ways.
void expect_form(Append append, Decode decode, const std::vector<EnginePacket>& packets,
                 const std::string& body) {
    EXPECT_EQ(encode(append, packets), body);
    const auto decoded = decode(body, many);
    EXPECT_FALSE(decoded.malformed) << body;
    EXPECT_EQ(shown(decoded.packets), shown(packets)) << body;
}

/// The packets before the fault are kept.
void expect_malformed(Decode decode, const std::string& body,
                      const std::vector<std::string>& before = {}) {
    const auto decoded = decode(body, many);
    EXPECT_TRUE(decoded.malformed) << body;
    EXPECT_EQ(shown(decoded.packets), before) << body;
}

TEST(EnginePayloadV4, JoinsPacketsWithTheRecordSeparator) {
    const auto both = [](const std::vector<EnginePacket>& packets, const std::string& body) {
        expect_form(append_payload_v4, decode_payload_v4, packets, body);
    };
    both({text("hello")}, "4hello");
    both({text("hello"), binary("\x01\x02\x03\x04")},
         "4hello\x1e"
         "bAQIDBA==");
    both({text("", EnginePacketType::close)}, "1");
    both({text("probe", EnginePacketType::ping), text("\xe2\x82\xac")},
         "2probe\x1e"
         "4\xe2\x82\xac");
    both({binary("")}, "b");
}

TEST(EnginePayloadV4, KeepsThePacketsBeforeAFault) {
    expect_malformed(decode_payload_v4, "");
    expect_malformed(decode_payload_v4, "abc");
    expect_malformed(decode_payload_v4, "4a\x1e", {"4a"});
    expect_malformed(decode_payload_v4,
                     "\x1e"
                     "4a");
    expect_malformed(decode_payload_v4,
                     "4a\x1e\x1e"
                     "4b",
                     {"4a"});
    expect_malformed(decode_payload_v4,
                     "4a\x1e"
                     "7\x1e"
                     "4b",
                     {"4a"});
    expect_malformed(decode_payload_v4,
                     "4a\x1e"
                     "b*\x1e"
                     "4b",
                     {"4a"});
    expect_malformed(decode_payload_v4,
                     "4a\x1e"
                     "4\xff\x1e"
                     "4b",
                     {"4a"});
}

TEST(EnginePayloadV4, ReadsUrlSafeBase64Too) {
    EXPECT_EQ(shown(decode_payload_v4("b-_8", many).packets), std::vector{"b4\xfb\xff"s});
}

TEST(EnginePayloadV3Text, CountsLengthsInUtf16Units) {
    const auto both = [](const std::vector<EnginePacket>& packets, const std::string& body) {
        expect_form(append_payload_v3_text, decode_payload_v3_text, packets, body);
    };
    both({text("hello")}, "6:4hello");
    both({text(R"({"sid":"x"})", EnginePacketType::open)}, R"(12:0{"sid":"x"})");
    both({text("hello"), text(R"(2["a"])")}, R"(6:4hello7:42["a"])");
    both({text("", EnginePacketType::noop)}, "1:6");
    both({text("probe", EnginePacketType::ping)}, "6:2probe");
    both({text("\xe2\x82\xac")}, "2:4\xe2\x82\xac");
    both({text("a\xf0\x9f\x98\x80"
               "b"),
          text("x")},
         "5:4a\xf0\x9f\x98\x80"
         "b2:4x");
    both({text("gr\xc3\xbc\xc3\x9f"), text("2")},
         "5:4gr\xc3\xbc\xc3\x9f"
         "2:42");
    both({text("hello"), binary("\x01\x02\x03\x04")}, "6:4hello10:b4AQIDBA==");
    both({binary("")}, "2:b4");
    both({text("\xe2\x82\xac\xf0\x9f\x98\x80"), binary("\0\xff"s), text("z")},
         "4:4\xe2\x82\xac\xf0\x9f\x98\x80"
         "6:b4AP8=2:4z");
}

TEST(EnginePayloadV3Text, TakesAnEmptyRecordForNothing) {
    const auto decoded = decode_payload_v3_text("0:2:4a0:", many);
    EXPECT_FALSE(decoded.malformed);
    EXPECT_EQ(shown(decoded.packets), std::vector{"4a"s});
}

TEST(EnginePayloadV3Text, KeepsThePacketsBeforeAFault) {
    const auto malformed = [](const std::string& body, const std::vector<std::string>& before) {
        expect_malformed(decode_payload_v3_text, body, before);
    };
    malformed("", {});
    malformed(":", {});
    malformed("4hello", {});
    malformed("x:4", {});
    malformed("-1:4", {});
    malformed("1 :4", {});
    malformed("2:4a3:4b", {"4a"});
    malformed("2:4a2", {"4a"});
    malformed("2:4ax", {"4a"});
    malformed("2:4a1:7", {"4a"});
    malformed("2:4a1:b", {"4a"});
    malformed("2:4a3:b4*", {"4a"});
    malformed("2:4a2:4\xff", {"4a"});
    malformed("99999999999999999999:4", {});
    // Would be 2 in 64 bits.
    malformed("18446744073709551618:4a", {});
    malformed("9999999999999999999:4", {});
}

TEST(EnginePayloadV3Text, RefusesALengthThatCutsACharacter) {
    expect_malformed(decode_payload_v3_text, "2:4\xf0\x9f\x98\x80");
    expect_malformed(decode_payload_v3_text,
                     "2:4\xf0\x9f\x98\x80"
                     "2:4a");
}

TEST(EnginePayloadV3Binary, WritesLengthsAsDigitBytes) {
    const auto both = [](const std::vector<EnginePacket>& packets, const std::string& body) {
        expect_form(append_payload_v3_binary, decode_payload_v3_binary, packets, body);
    };
    both({text("hello")},
         "\0\6\xff"
         "4hello"s);
    both({text("hello"), binary("\x01\x02\x03\x04")},
         "\0\6\xff"
         "4hello\x01\x05\xff\x04\x01\x02\x03\x04"s);
    both({text("\xe2\x82\xac")},
         "\0\4\xff"
         "4\xe2\x82\xac"s);
    both({text("a\xf0\x9f\x98\x80"
               "b"),
          text("x")},
         "\0\7\xff"
         "4a\xf0\x9f\x98\x80"
         "b\0\2\xff"
         "4x"s);
    both({text("", EnginePacketType::noop)},
         "\0\1\xff"
         "6"s);
    both({binary("")}, "\1\1\xff\4"s);
    both({text(std::string(12, 'x')), binary(std::string(130, '\xff'))},
         "\0\1\3\xff"
         "4xxxxxxxxxxxx\1\1\3\1\xff\4"s +
             std::string(130, '\xff'));
}

TEST(EnginePayloadV3Binary, ReadsBase64InAStringPacket) {
    const auto decoded = decode_payload_v3_binary(
        "\0\6\xff"
        "b4AQI="s,
        many);
    EXPECT_FALSE(decoded.malformed);
    EXPECT_EQ(shown(decoded.packets), std::vector{"b4\x01\x02"s});
}

TEST(EnginePayloadV3Binary, KeepsThePacketsBeforeAFault) {
    const auto good =
        "\0\2\xff"
        "4a"s;
    for (const auto& rest :
         {"\0"s, "\0\2"s, "\0\xff"s,
          "\0\2\xff"
          "4"s,
          "\2\2\xff"
          "4a"s,
          "\0\x0a\xff"
          "4a"s,
          "\0\0\xff"s, "\1\0\xff"s, "\1\1\xff\7"s,
          "\0\1\xff"
          "7"s,
          "\0\2\xff"
          "4\xff"s,
          "4hello"s,
          "\0\1\x8\4\4\6\7\4\4\0\7\3\7\0\x9\5\5\1\6\1\x8\xff"
          "4a"s,
          "\0\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\xff"
          "4"s}) {
        expect_malformed(decode_payload_v3_binary, good + rest, {"4a"});
    }
    EXPECT_FALSE(decode_payload_v3_binary("", many).malformed);
}

TEST(EnginePayload, BoundsThePacketsOfOneBody) {
    const auto check = [](Append append, Decode decode) {
        const auto body = encode(append, std::vector(5, text("x")));
        EXPECT_FALSE(decode(body, 5).malformed);
        EXPECT_EQ(decode(body, 5).packets.size(), 5U);
        EXPECT_TRUE(decode(body, 4).malformed);
        EXPECT_EQ(decode(body, 4).packets.size(), 4U);
    };
    check(append_payload_v4, decode_payload_v4);
    check(append_payload_v3_text, decode_payload_v3_text);
    check(append_payload_v3_binary, decode_payload_v3_binary);
}

}  // namespace
}  // namespace socketio::wire
