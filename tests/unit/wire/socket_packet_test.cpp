// Socket.IO packets. Which texts are packets and which are not was asked of socket.io-parser 4.2.7, but
// for the cases that say otherwise.

#include "wire/socket_packet.hpp"

#include "wire/json.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace socketio::wire {
namespace {

constexpr auto largest_id = std::numeric_limits<std::uint64_t>::max();

Result<std::optional<Packet>> decode(std::string_view text) {
    PacketDecoder decoder;
    return decoder.on_text(text, {});
}

/// `<type> <nsp> <id or -> <data>`; or the error.
std::string shown(const Result<std::optional<Packet>>& result) {
    if (!result) return result.error().message();
    if (!*result) return "incomplete";
    const auto& packet = **result;
    return std::to_string(static_cast<int>(packet.type)) + " " + packet.nsp + " " +
           (packet.id ? std::to_string(*packet.id) : "-") + " " + to_json(packet.data);
}

void expect_error(std::string_view text, errc expected) {
    const auto result = decode(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error(), expected) << text << ": " << result.error().message();
}

Args args(std::string_view json) {
    return parse_json(json, 128)->as_array();
}

Packet packet(PacketType type, std::string nsp, std::optional<std::uint64_t> id, Value data) {
    return {type, std::move(nsp), id, std::move(data)};
}

TEST(SocketPacket, ReadsConnect) {
    EXPECT_EQ(shown(decode("0")), "0 / - null");
    EXPECT_EQ(shown(decode("0{}")), "0 / - {}");
    EXPECT_EQ(shown(decode(R"(0{"token":"t"})")), R"(0 / - {"token":"t"})");
    EXPECT_EQ(shown(decode("0/admin,")), "0 /admin - null");
    EXPECT_EQ(shown(decode("0/admin")), "0 /admin - null");
    EXPECT_EQ(shown(decode(R"(0/admin,{"a":1})")), R"(0 /admin - {"a":1})");
    EXPECT_EQ(shown(decode("0/chat?token=1&x=2,")), "0 /chat?token=1&x=2 - null");
}

TEST(SocketPacket, ReadsDisconnectAndConnectError) {
    EXPECT_EQ(shown(decode("1")), "1 / - null");
    EXPECT_EQ(shown(decode("1/admin,")), "1 /admin - null");
    EXPECT_EQ(shown(decode(R"(4/nope,{"message":"x"})")), R"(4 /nope - {"message":"x"})");
    EXPECT_EQ(shown(decode(R"(4"x")")), R"(4 / - "x")");
    EXPECT_EQ(shown(decode("4")), "4 / - null");
}

TEST(SocketPacket, ReadsEventsAndAcks) {
    EXPECT_EQ(shown(decode(R"(2["a"])")), R"(2 / - ["a"])");
    EXPECT_EQ(shown(decode(R"(2/admin,12["a",{"b":[null]}])")),
              R"(2 /admin 12 ["a",{"b":[null]}])");
    EXPECT_EQ(shown(decode(R"(2/a/b c,["a"])")), R"(2 /a/b c - ["a"])");
    EXPECT_EQ(shown(decode(R"(2/,["a"])")), R"(2 / - ["a"])");
    EXPECT_EQ(shown(decode("2[1,2]")), "2 / - [1,2]");
    EXPECT_EQ(shown(decode("2[1.5]")), "2 / - [1.5]");
    EXPECT_EQ(shown(decode("31[]")), "3 / 1 []");
    EXPECT_EQ(shown(decode(R"(3/admin,7["connect"])")), R"(3 /admin 7 ["connect"])");
}

TEST(SocketPacket, TakesAnEventWithoutPayloadForOneWithoutName) {
    EXPECT_EQ(shown(decode("2")), "2 / - []");
    EXPECT_EQ(shown(decode("2/admin,")), "2 /admin - []");
    EXPECT_EQ(shown(decode(R"(2/admin["a"])")), R"(2 /admin["a"] - [])");
    EXPECT_EQ(shown(decode("31")), "3 / 1 []");
}

TEST(SocketPacket, KeepsAckIdsOf64BitsExactly) {
    EXPECT_EQ(shown(decode(R"(20["a"])")), R"(2 / 0 ["a"])");
    EXPECT_EQ(shown(decode(R"(2007["a"])")), R"(2 / 7 ["a"])");
    EXPECT_EQ(shown(decode(R"(29007199254740993["a"])")), R"(2 / 9007199254740993 ["a"])");
    EXPECT_EQ(shown(decode(R"(218446744073709551615["a"])")), R"(2 / 18446744073709551615 ["a"])");
    expect_error(R"(218446744073709551616["a"])", errc::invalid_packet);
    expect_error("2" + std::string(500, '9') + R"(["a"])", errc::invalid_packet);
}

TEST(SocketPacket, RefusesWhatIsNoPacket) {
    for (const auto* text : {"",
                             "7[\"a\"]",
                             "9",
                             "a",
                             "-1",
                             "/",
                             " 2[\"a\"]",
                             "\x02",
                             "2{}",
                             "2\"a\"",
                             "2abc[\"x\"]",
                             "2-1[\"a\"]",
                             "2null",
                             "31{}",
                             "3\"x\"",
                             "0[1]",
                             "0null",
                             "0\"a\"",
                             "01.5",
                             "1{}",
                             "1\"x\"",
                             "1[]",
                             "4[1]",
                             "4null",
                             "2/a,b,[\"a\"]",
                             "5",
                             "5-",
                             "50-[\"a\"]",
                             "500-[\"a\"]",
                             "51[\"a\"]",
                             "5-1-[\"a\"]",
                             "5x-[\"a\"]",
                             "51.5-[\"a\"]",
                             "5/a,1-[\"a\"]",
                             "51-{\"a\":1}",
                             "6-[]"}) {
        expect_error(text, errc::invalid_packet);
    }
}

TEST(SocketPacket, RefusesWhiteSpaceWhereNodeTakesItForAnAckId) {
    expect_error("2 [\"a\"]", errc::invalid_packet);
    expect_error("0 {}", errc::invalid_packet);
}

TEST(SocketPacket, RefusesEventsWithoutAName) {
    for (const auto* text : {"2[]", "2[null]", "2[true]", "2[[\"a\"]]", "2[{}]", "51-[]",
                             R"(51-[{"_placeholder":true,"num":0}])"}) {
        expect_error(text, errc::invalid_packet);
    }
}

TEST(SocketPacket, PassesOnWhatIsWrongWithTheJson) {
    expect_error("2[\"a\"", errc::invalid_json);
    expect_error("2[\"a\"]x", errc::invalid_json);
    expect_error("2[\"\xff\"]", errc::invalid_json);
    expect_error("0{\"a\":}", errc::invalid_json);
    PacketDecoder shallow;
    constexpr PacketLimits two_deep{.json_depth_max = 2};
    EXPECT_TRUE(shallow.on_text(R"(2["a",[1]])", two_deep));
    EXPECT_EQ(shallow.on_text(R"(2["a",[[1]]])", two_deep).error(), errc::too_deep);
}

TEST(SocketPacket, RefusesANamespaceThatIsNotUtf8) {
    expect_error("0/\xff,", errc::invalid_utf8);
    EXPECT_EQ(shown(decode("0/gr\xc3\xbc\xc3\x9f"
                           "e,")),
              "0 /gr\xc3\xbc\xc3\x9f"
              "e - null");
}

TEST(SocketPacket, RefusesReservedEventNames) {
    for (const auto* name : {"connect", "connect_error", "disconnect", "disconnecting",
                             "newListener", "removeListener"}) {
        EXPECT_TRUE(is_reserved_event(name));
        expect_error(std::string("2[\"") + name + "\"]", errc::reserved_event);
        expect_error(std::string("51-[\"") + name + "\"]", errc::reserved_event);
    }
    for (const auto* name : {"", "Connect", "connection", "connect ", "message", "new_namespace"}) {
        EXPECT_FALSE(is_reserved_event(name)) << name;
    }
}

TEST(SocketPacket, TakesAPlaceholderInATextEventForPlainData) {
    const auto* text = R"(["a",{"_placeholder":true,"num":0}])";
    EXPECT_EQ(shown(decode("2" + std::string(text))), "2 / - " + std::string(text));
}

TEST(SocketPacket, WritesEachType) {
    const auto text_of = [](const Packet& packet) { return encode_packet(packet).data; };
    EXPECT_EQ(text_of(packet(PacketType::connect, "/", {}, {})), "0");
    EXPECT_EQ(text_of(packet(PacketType::connect, "/admin", {}, Object{{"sid", "x"}})),
              R"(0/admin,{"sid":"x"})");
    EXPECT_EQ(text_of(packet(PacketType::disconnect, "/admin", {}, {})), "1/admin,");
    EXPECT_EQ(text_of(packet(PacketType::event, "/", {}, Array{"a", 1})), R"(2["a",1])");
    EXPECT_EQ(text_of(packet(PacketType::event, "/admin", 12, Array{"a"})), R"(2/admin,12["a"])");
    EXPECT_EQ(text_of(packet(PacketType::ack, "/", 0, Array{})), "30[]");
    EXPECT_EQ(text_of(packet(PacketType::ack, "/", largest_id, Array{})),
              "318446744073709551615[]");
    EXPECT_EQ(text_of(packet(PacketType::connect_error, "/", {}, Object{{"message", "no"}})),
              R"(4{"message":"no"})");
    EXPECT_EQ(text_of(packet(PacketType::connect_error, "/", {}, "no")), R"(4"no")");
}

TEST(SocketPacket, PicksTheBinaryTypeByItself) {
    const auto event = encode_packet(
        packet(PacketType::event, "/", {}, Array{"ev", Binary("a"), Object{{"b", Binary("c")}}}));
    EXPECT_EQ(event.data,
              R"(52-["ev",{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}}])");
    EXPECT_EQ(event.attachments, (std::vector{Binary("a"), Binary("c")}));

    const auto ack = encode_packet(packet(PacketType::ack, "/admin", 7, Array{Binary("a")}));
    EXPECT_EQ(ack.data, R"(61-/admin,7[{"_placeholder":true,"num":0}])");
    EXPECT_EQ(ack.attachments, std::vector{Binary("a")});

    EXPECT_EQ(encode_packet(packet(PacketType::binary_event, "/", {}, Array{"a"})).data,
              R"(2["a"])");
    EXPECT_EQ(encode_packet(packet(PacketType::binary_ack, "/", 1, Array{})).data, "31[]");
}

TEST(SocketPacket, CarriesNoAttachmentsInConnectPackets) {
    const auto encoded =
        encode_packet(packet(PacketType::connect, "/", {}, Object{{"a", Binary("b")}}));
    EXPECT_EQ(encoded.data, R"(0{"a":null})");
    EXPECT_TRUE(encoded.attachments.empty());
}

TEST(SocketPacket, WritesAnEventFromItsPartsAsFromAPacket) {
    EXPECT_EQ(encode_event({"/", {}, "a", {}}).data, R"(2["a"])");
    EXPECT_EQ(encode_event({"/admin", 3, "q\"", args(R"([1,"x"])")}).data,
              R"(2/admin,3["q\"",1,"x"])");
    const Args with_binary = {1, Binary("b")};
    const auto encoded = encode_event({"/admin", {}, "ev", with_binary});
    EXPECT_EQ(encoded.data, R"(51-/admin,["ev",1,{"_placeholder":true,"num":0}])");
    EXPECT_EQ(encoded.attachments, std::vector{Binary("b")});
}

TEST(PacketDecoder, PutsAttachmentsIntoTheirPlaces) {
    PacketDecoder decoder;
    EXPECT_EQ(shown(decoder.on_text(R"(52-/admin,3["ev",{"a":[{"_placeholder":true,"num":1}]},)"
                                    R"({"_placeholder":true,"num":0,"more":1}])",
                                    {})),
              "incomplete");
    EXPECT_TRUE(decoder.pending());
    EXPECT_EQ(shown(decoder.on_binary("first")), "incomplete");
    const auto complete = decoder.on_binary("second");
    ASSERT_TRUE(complete && *complete);
    EXPECT_FALSE(decoder.pending());
    EXPECT_EQ((*complete)->type, PacketType::event);
    EXPECT_EQ((*complete)->nsp, "/admin");
    EXPECT_EQ((*complete)->id, 3U);
    EXPECT_EQ((*complete)->data,
              Value(Array{"ev", Object{{"a", Array{Binary("second")}}}, Binary("first")}));
}

TEST(PacketDecoder, TurnsABinaryAckIntoAnAck) {
    PacketDecoder decoder;
    ASSERT_TRUE(decoder.on_text(R"(61-7[{"_placeholder":true,"num":0}])", {}));
    const auto complete = decoder.on_binary("");
    ASSERT_TRUE(complete && *complete);
    EXPECT_EQ((*complete)->type, PacketType::ack);
    EXPECT_EQ((*complete)->data, Value(Array{Binary()}));
}

TEST(PacketDecoder, TakesOneAttachmentForSeveralPlacesOrNone) {
    PacketDecoder decoder;
    ASSERT_TRUE(decoder.on_text(
        R"(51-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0.0}])", {}));
    EXPECT_EQ((*decoder.on_binary("x"))->data, Value(Array{"a", Binary("x"), Binary("x")}));
    ASSERT_TRUE(decoder.on_text(R"(51-["a"])", {}));
    EXPECT_EQ(shown(decoder.on_binary("x")), R"(2 / - ["a"])");
    ASSERT_TRUE(decoder.on_text("51-", {}));
    EXPECT_EQ(shown(decoder.on_binary("x")), "2 / - []");
}

TEST(PacketDecoder, RefusesAPlaceholderWithoutAttachmentAtOnce) {
    for (const auto* placeholder :
         {R"({"_placeholder":true,"num":1})", R"({"_placeholder":true,"num":-1})",
          R"({"_placeholder":true,"num":"0"})", R"({"_placeholder":true})",
          R"({"_placeholder":true,"num":0.5})", R"({"_placeholder":true,"num":1e300})",
          R"({"_placeholder":true,"num":null})",
          R"([{"_placeholder":true,"num":18446744073709551615}])"}) {
        expect_error(std::string(R"(51-["a",)") + placeholder + "]", errc::invalid_attachment);
    }
    EXPECT_EQ(shown(decode(R"(51-["a",{"_placeholder":1,"num":5}])")), "incomplete");
}

TEST(PacketDecoder, RefusesTextWhileAttachmentsAreOwed) {
    PacketDecoder decoder;
    ASSERT_TRUE(decoder.on_text(R"(51-["a"])", {}));
    EXPECT_EQ(decoder.on_text(R"(2["b"])", {}).error(), errc::invalid_attachment);
}

TEST(PacketDecoder, RefusesBinaryWhenNoneIsOwed) {
    PacketDecoder decoder;
    EXPECT_EQ(decoder.on_binary("x").error(), errc::invalid_attachment);
    ASSERT_TRUE(decoder.on_text(R"(51-["a"])", {}));
    ASSERT_TRUE(decoder.on_binary("x"));
    EXPECT_EQ(decoder.on_binary("y").error(), errc::invalid_attachment);
}

TEST(PacketDecoder, BoundsTheNumberOfAttachments) {
    EXPECT_EQ(shown(decode(R"(510-["a"])")), "incomplete");
    EXPECT_EQ(shown(decode(R"(5010-["a"])")), "incomplete");
    expect_error(R"(511-["a"])", errc::too_large);
    expect_error(R"(518446744073709551616-["a"])", errc::too_large);
    PacketDecoder strict;
    constexpr PacketLimits none_allowed{.attachments_max = 0};
    EXPECT_EQ(strict.on_text(R"(51-["a"])", none_allowed).error(), errc::too_large);
    EXPECT_TRUE(strict.on_text(R"(2["a"])", none_allowed));
}

TEST(PacketDecoder, ReadsBackWhatWasWritten) {
    const Packet original =
        packet(PacketType::event, "/chat", 42,
               Array{"ev", Binary("a"), Object{{"k", Array{Binary("b")}}}, 1.5});
    const auto encoded = encode_packet(original);
    PacketDecoder decoder;
    ASSERT_TRUE(decoder.on_text(encoded.data, {}));
    ASSERT_TRUE(decoder.on_binary(encoded.attachments.at(0).view()));
    const auto decoded = decoder.on_binary(encoded.attachments.at(1).view());
    ASSERT_TRUE(decoded && *decoded);
    EXPECT_EQ((*decoded)->data, original.data);
    EXPECT_EQ((*decoded)->nsp, original.nsp);
    EXPECT_EQ((*decoded)->id, original.id);
}

}  // namespace
}  // namespace socketio::wire
