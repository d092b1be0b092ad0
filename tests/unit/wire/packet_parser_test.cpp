// Both formats behind one interface: what one writes it reads, and it reads nothing of the other.

#include "wire/packet_parser.hpp"

#include <gtest/gtest.h>

#include <array>

namespace socketio::wire {
namespace {

constexpr std::array all_formats = {PacketFormat::json, PacketFormat::msgpack};
static_assert(all_formats.size() == packet_formats);

/// Gives the messages of a packet to a parser, one after the other.
Result<std::optional<Packet>> read(const PacketParser& parser, const EncodedPacket& encoded) {
    PacketDecoder begun;
    auto packet = parser.decode(encoded.data, encoded.binary, begun, {});
    for (const auto& attachment : encoded.attachments) {
        EXPECT_TRUE(packet && !*packet);
        packet = parser.decode(attachment.view(), true, begun, {});
    }
    return packet;
}

TEST(PacketParser, ReadsWhatItWrites) {
    const Packet packets[] = {
        {PacketType::connect, "/", {}, nullptr},
        {PacketType::connect, "/admin", {}, Object{{"token", "t"}}},
        {PacketType::disconnect, "/admin", {}, nullptr},
        {PacketType::event, "/", {}, Array{"ev", 1, Object{{"a", Array{nullptr}}}}},
        {PacketType::event, "/admin", 12, Array{"ev", Binary("\x01"), Binary("\x02")}},
        {PacketType::ack, "/", 0, Array{}},
        {PacketType::ack, "/", 3, Array{Binary("b")}},
        {PacketType::connect_error, "/nope", {}, Object{{"message", "no"}}},
    };
    for (const auto format : all_formats) {
        const auto& parser = packet_parser(format);
        for (const auto& packet : packets) {
            const auto back = read(parser, parser.encode(packet));
            ASSERT_TRUE(back && *back) << back.error().message();
            EXPECT_EQ((*back)->type, packet.type);
            EXPECT_EQ((*back)->nsp, packet.nsp);
            EXPECT_EQ((*back)->id, packet.id);
            EXPECT_EQ((*back)->data, packet.data);
        }
    }
}

TEST(PacketParser, WritesAnEventFromItsPartsAsFromAPacket) {
    const Args args{1, Binary("b"), Object{{"c", "d"}}};
    const Packet packet{PacketType::event, "/admin", 7, Array{"ev", 1, Binary("b"), args.at(2)}};
    for (const auto format : all_formats) {
        const auto& parser = packet_parser(format);
        const auto from_parts = parser.encode_event({"/admin", 7, "ev", args});
        const auto whole = parser.encode(packet);
        EXPECT_EQ(from_parts.data, whole.data);
        EXPECT_EQ(from_parts.attachments, whole.attachments);
        EXPECT_EQ(from_parts.binary, whole.binary);
    }
}

TEST(PacketParser, WritesAnOffsetAsTheLastArgument) {
    const Args args{1, Binary("b")};
    const Packet packet{PacketType::event, "/admin", {}, Array{"ev", 1, Binary("b"), "Q85XMzf.0"}};
    for (const auto format : all_formats) {
        const auto& parser = packet_parser(format);
        const auto from_parts = parser.encode_event({"/admin", {}, "ev", args, "Q85XMzf.0"});
        const auto whole = parser.encode(packet);
        EXPECT_EQ(from_parts.data, whole.data);
        EXPECT_EQ(from_parts.attachments, whole.attachments);
    }
}

TEST(PacketParser, OfJsonWritesTextAndOfMsgpackOneBinaryMessage) {
    const Args args{Binary("b")};
    const auto json = packet_parser(PacketFormat::json).encode_event({"/", {}, "a", args});
    EXPECT_FALSE(json.binary);
    EXPECT_EQ(json.attachments.size(), 1U);
    const auto msgpack = packet_parser(PacketFormat::msgpack).encode_event({"/", {}, "a", args});
    EXPECT_TRUE(msgpack.binary);
    EXPECT_TRUE(msgpack.attachments.empty());
}

TEST(PacketParser, RefusesMessagesOfTheOtherKind) {
    PacketDecoder begun;
    const auto& msgpack = packet_parser(PacketFormat::msgpack);
    EXPECT_EQ(msgpack.decode("2[\"a\"]", false, begun, {}).error(), errc::invalid_packet);
    EXPECT_EQ(msgpack.decode("", false, begun, {}).error(), errc::invalid_packet);
    const auto& json = packet_parser(PacketFormat::json);
    const auto packet = msgpack.encode({PacketType::connect, "/", {}, nullptr});
    EXPECT_EQ(json.decode(packet.data, true, begun, {}).error(), errc::invalid_attachment);
}

}  // namespace
}  // namespace socketio::wire
