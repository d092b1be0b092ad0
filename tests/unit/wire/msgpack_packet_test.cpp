// Packets in MessagePack: bytes captured from socket.io-msgpack-parser 3.0.2 (redis_vectors.json), what it
// refuses, and what we refuse beyond that.

#include "wire/msgpack_packet.hpp"

#include "support/hex.hpp"
#include "wire/json.hpp"
#include "wire/msgpack.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <sstream>

namespace socketio::wire {
namespace {

/// `<type> <nsp> <id or -> <data>`; or the error.
std::string shown(const Result<Packet>& packet) {
    if (!packet) return packet.error().message();
    return std::to_string(static_cast<int>(packet->type)) + " " + packet->nsp + " " +
           (packet->id ? std::to_string(*packet->id) : "-") + " " + to_json(packet->data);
}

Result<Packet> decode(const Value& root, const PacketLimits& limits = {}) {
    std::string bytes;
    append_msgpack(bytes, root);
    return decode_msgpack_packet(bytes, limits);
}

std::string shown(const Value& root) {
    return shown(decode(root));
}

void expect_error(const Value& root, errc expected) {
    const auto packet = decode(root);
    ASSERT_FALSE(packet) << to_json(root);
    EXPECT_EQ(packet.error(), expected) << to_json(root);
}

Object event(Value data) {
    return {{"type", 2}, {"nsp", "/"}, {"data", std::move(data)}};
}

// ---- Captured ----------------------------------------------------------------------------------

Array load_vectors() {
    std::ifstream file(TESTS_FOLDER "/unit/cluster/redis_vectors.json");
    std::ostringstream text;
    text << file.rdbuf();
    const auto parsed = parse_json(text.str(), 100);
    EXPECT_TRUE(parsed.has_value()) << "redis_vectors.json";
    return parsed->as_object().find("codec")->as_object().find("msgpack_parser")->as_array();
}

/// JSON has a Buffer as {type: "Buffer", data: [bytes]}.
Value with_binary(const Value& value) {
    if (const auto* array = value.if_array()) {
        Array converted;
        for (const auto& element : *array) converted.push_back(with_binary(element));
        return converted;
    }
    const auto* object = value.if_object();
    if (object == nullptr) return value;
    const auto* type = object->find("type");
    if (type != nullptr && *type == Value("Buffer")) {
        std::string bytes;
        for (const auto& byte : object->find("data")->as_array()) {
            bytes += static_cast<char>(byte.as_int64());
        }
        return Binary(std::move(bytes));
    }
    Object converted;
    for (const auto& [key, member] : *object) converted.append(key, with_binary(member));
    return converted;
}

Packet packet_of(const Object& captured) {
    Packet packet;
    packet.type = static_cast<PacketType>(captured.find("type")->as_int64());
    packet.nsp = captured.find("nsp")->as_string();
    if (const auto* id = captured.find("id"))
        packet.id = static_cast<std::uint64_t>(id->as_int64());
    if (const auto* data = captured.find("data")) packet.data = with_binary(*data);
    return packet;
}

TEST(MsgpackPacket, IsReadAsTheNpmParserWritesIt) {
    const auto vectors = load_vectors();
    EXPECT_EQ(vectors.size(), 10U);
    for (const auto& vector : vectors) {
        const auto& members = vector.as_object();
        const auto& name = members.find("name")->as_string();
        const auto expected = packet_of(members.find("packet")->as_object());
        const auto bytes = test::from_hex(members.find("hex")->as_string());
        const auto packet = decode_msgpack_packet(bytes, {});
        ASSERT_TRUE(packet) << name << ": " << packet.error().message();
        EXPECT_EQ(packet->type, expected.type) << name;
        EXPECT_EQ(packet->nsp, expected.nsp) << name;
        EXPECT_EQ(packet->id, expected.id) << name;
        EXPECT_EQ(packet->data, expected.data) << name;
    }
}

TEST(MsgpackPacket, IsWrittenByteForByteAsTheNpmParserWritesIt) {
    int compared = 0;
    for (const auto& vector : load_vectors()) {
        const auto& members = vector.as_object();
        const auto& name = members.find("name")->as_string();
        // Its `pid` is undefined; ours leaves it out, which clients cannot tell apart.
        if (name == "connect reply") continue;
        const auto packet = packet_of(members.find("packet")->as_object());
        const auto bytes = test::from_hex(members.find("hex")->as_string());
        EXPECT_EQ(encode_msgpack_packet(packet), bytes) << name;
        if (packet.type == PacketType::event) {
            const auto& data = packet.data.as_array();
            const Args args(data.begin() + 1, data.end());
            EXPECT_EQ(encode_msgpack_event({packet.nsp, packet.id, data.front().as_string(), args}),
                      bytes)
                << name;
        }
        ++compared;
    }
    EXPECT_EQ(compared, 9);
}

// ---- Read --------------------------------------------------------------------------------------

TEST(MsgpackPacket, OfAClientBringsItsOptionsAlong) {
    // As socket.io-client 4.8 writes an event: {type, data, options: {compress}, id, nsp}.
    const Object packet{{"type", 2},
                        {"data", Array{"ev", 1}},
                        {"options", Object{{"compress", true}}},
                        {"id", 0},
                        {"nsp", "/"}};
    EXPECT_EQ(shown(Value(packet)), R"(2 / 0 ["ev",1])");
}

TEST(MsgpackPacket, TakesUndefinedForWhatIsNotThere) {
    const auto read = [](std::string_view hex) {
        return shown(decode_msgpack_packet(test::from_hex(hex), {}));
    };
    // {type: 0, data: undefined, nsp: "/"}, as socket.io-client connects without auth.
    EXPECT_EQ(read("83a47479706500a464617461d40000a36e7370a12f"), "0 / - null");
    // {type: 1, nsp: "/", data: undefined, id: undefined}
    EXPECT_EQ(read("84a47479706501a36e7370a12fa464617461d40000a26964d40000"), "1 / - null");
    // {type: 2, nsp: "/", data: ["a", undefined, {b: undefined}]}
    EXPECT_EQ(read("83a47479706502a36e7370a12fa46461746193a161d4000081a162d40000"),
              R"(2 / - ["a",null,{}])");
}

TEST(MsgpackPacket, HasNumbersAsJavaScriptHasThem) {
    EXPECT_EQ(shown(Object{{"type", 3}, {"nsp", "/"}, {"id", 7}, {"data", Array{}}}), "3 / 7 []");
    const auto with_id = [](std::string_view id) {
        // {type: 3.0, nsp: "/", data: [], id}
        return shown(decode_msgpack_packet(
            test::from_hex("84a474797065cb4008000000000000a36e7370a12fa46461746190a26964" +
                           std::string(id)),
            {}));
    };
    EXPECT_EQ(with_id("cb4014000000000000"), "3 / 5 []");
    EXPECT_EQ(with_id("cfffffffffffffffff"), "3 / 18446744073709551615 []");
    const auto refused = make_error_code(errc::invalid_packet).message();
    EXPECT_EQ(with_id("cb4014000000000001"), refused);
    EXPECT_EQ(with_id("cb43f0000000000000"), refused) << "2^64";
    EXPECT_EQ(with_id("cb7ff8000000000000"), refused) << "NaN";
    EXPECT_EQ(with_id("ff"), refused);
    EXPECT_EQ(with_id("c0"), refused);
    EXPECT_EQ(with_id("a131"), refused);
}

TEST(MsgpackPacket, IsRefusedForWhatTheNpmParserRefuses) {
    for (const Value& root : {
             Value(),
             Value(1),
             Value("2[\"a\"]"),
             Value(Array{2, "/", Array{"a"}}),
             Value(Object{}),
             Value(Object{{"nsp", "/"}, {"data", Array{"a"}}}),
             Value(Object{{"type", "2"}, {"nsp", "/"}, {"data", Array{"a"}}}),
             Value(Object{{"type", 2.5}, {"nsp", "/"}, {"data", Array{"a"}}}),
             Value(Object{{"type", -1}, {"nsp", "/"}, {"data", Array{"a"}}}),
             Value(Object{{"type", 5}, {"nsp", "/"}, {"data", Array{"a"}}}),
             Value(Object{{"type", 6}, {"nsp", "/"}, {"id", 1}, {"data", Array{}}}),
             Value(Object{{"type", 2}, {"data", Array{"a"}}}),
             Value(Object{{"type", 2}, {"nsp", nullptr}, {"data", Array{"a"}}}),
             Value(Object{{"type", 2}, {"nsp", 1}, {"data", Array{"a"}}}),
             Value(Object{{"type", 2}, {"nsp", "/"}, {"id", 0.5}, {"data", Array{"a"}}}),
             Value(Object{{"type", 2}, {"nsp", "/"}, {"id", nullptr}, {"data", Array{"a"}}}),
             Value(Object{{"type", 2}, {"nsp", "/"}}),
             Value(event(nullptr)),
             Value(event("a")),
             Value(event(Object{{"0", "a"}})),
             Value(Object{{"type", 3}, {"nsp", "/"}, {"id", 1}}),
             Value(Object{{"type", 3}, {"nsp", "/"}, {"id", 1}, {"data", Object{}}}),
             Value(Object{{"type", 0}, {"nsp", "/"}, {"data", nullptr}}),
             Value(Object{{"type", 0}, {"nsp", "/"}, {"data", Array{}}}),
             Value(Object{{"type", 0}, {"nsp", "/"}, {"data", Binary("a")}}),
             Value(Object{{"type", 1}, {"nsp", "/"}, {"data", nullptr}}),
             Value(Object{{"type", 1}, {"nsp", "/"}, {"data", Object{}}}),
             Value(Object{{"type", 4}, {"nsp", "/"}}),
             Value(Object{{"type", 4}, {"nsp", "/"}, {"data", 1}}),
         }) {
        expect_error(root, errc::invalid_packet);
    }
    EXPECT_EQ(shown(Object{{"type", 4}, {"nsp", "/"}, {"data", "no"}}), R"(4 / - "no")");
}

TEST(MsgpackPacket, IsRefusedForWhatJsonPacketsAreRefusedFor) {
    expect_error(event(Array{}), errc::invalid_packet);
    expect_error(event(Array{nullptr}), errc::invalid_packet);
    expect_error(event(Array{Object{}}), errc::invalid_packet);
    expect_error(event(Array{Binary("a")}), errc::invalid_packet);
    for (const auto* name : {"connect", "connect_error", "disconnect", "disconnecting",
                             "newListener", "removeListener"}) {
        expect_error(event(Array{name}), errc::reserved_event);
    }
    // No client may ask for one: parents of namespaces have such names.
    for (const auto* nsp : {"", "chat", "parent 0"}) {
        expect_error(Object{{"type", 0}, {"nsp", nsp}}, errc::invalid_packet);
    }
    EXPECT_EQ(shown(Value(event(Array{1, 2}))), "2 / - [1,2]");
}

TEST(MsgpackPacket, MayNotPoseAsAnAttachmentForThoseWhoReadJson) {
    const Value placeholder = Object{{"_placeholder", true}, {"num", 5}};
    expect_error(event(Array{"a", placeholder, Binary("b")}), errc::invalid_attachment);
    expect_error(event(Array{"a", Object{{"deep", Array{Binary("b"), placeholder}}}}),
                 errc::invalid_attachment);
    // Without attachments it is plain data in both formats, and so is what does not say `true`.
    EXPECT_TRUE(decode(event(Array{"a", placeholder})));
    EXPECT_TRUE(decode(event(Array{"a", Object{{"_placeholder", 1}}, Binary("b")})));
    EXPECT_TRUE(decode(event(Array{"_placeholder", Binary("b")})));
}

TEST(MsgpackPacket, IsRefusedWhenItsBytesAreNone) {
    const auto error_of = [](std::string_view hex) {
        return decode_msgpack_packet(test::from_hex(hex), {}).error();
    };
    EXPECT_EQ(error_of(""), errc::invalid_msgpack);
    EXPECT_EQ(error_of("82a47479706500a36e7370a12f00"), errc::invalid_msgpack)
        << "a byte behind it";
    EXPECT_EQ(error_of("82a47479706500a36e7370a2ff2f"), errc::invalid_utf8);
    EXPECT_EQ(error_of("dfffffffffa474797065"), errc::invalid_msgpack) << "a length that is false";
}

// ---- Bounds ------------------------------------------------------------------------------------

Value nested(std::size_t depth) {
    Value value = 1;
    for (std::size_t i = 0; i < depth; ++i) {
        Array around;
        around.push_back(std::move(value));
        value = Value(std::move(around));
    }
    return value;
}

TEST(MsgpackPacket, MayNestAsDeepAsJson) {
    constexpr PacketLimits limits{.json_depth_max = 8};
    // The array of the arguments is the first of them.
    EXPECT_TRUE(decode(event(Array{"a", nested(7)}), limits));
    EXPECT_EQ(decode(event(Array{"a", nested(8)}), limits).error(), errc::too_deep);
    Object named = event(Array{"a"});
    named.append("more", nested(9));
    EXPECT_EQ(decode(named, limits).error(), errc::too_deep) << "also where nobody looks";
}

TEST(MsgpackPacket, HasAsManyBinariesAsAttachmentsAreAllowed) {
    constexpr PacketLimits limits{.attachments_max = 2};
    EXPECT_TRUE(decode(event(Array{"a", Binary("1"), Object{{"b", Binary("2")}}}), limits));
    EXPECT_EQ(decode(event(Array{"a", Binary("1"), Binary("2"), Binary("3")}), limits).error(),
              errc::too_large);
}

TEST(MsgpackPacket, HasABoundedNumberOfValues) {
    constexpr PacketLimits limits{.msgpack_values_max = 10};
    // The map, its three keys, type and nsp, the array and its name.
    EXPECT_TRUE(decode(event(Array{"a", 1, 2}), limits));
    EXPECT_EQ(decode(event(Array{"a", 1, 2, 3}), limits).error(), errc::too_large);
}

// ---- Written -----------------------------------------------------------------------------------

TEST(MsgpackPacket, WritesBinaryTypesAsWhatTheyAreWithoutAttachments) {
    Packet packet{PacketType::binary_event, "/", {}, Array{"a", Binary("b")}};
    EXPECT_EQ(shown(decode_msgpack_packet(encode_msgpack_packet(packet), {})).substr(0, 6),
              "2 / - ");
    packet = {PacketType::binary_ack, "/", 1, Array{}};
    EXPECT_EQ(shown(decode_msgpack_packet(encode_msgpack_packet(packet), {})), "3 / 1 []");
}

TEST(MsgpackPacket, ReadsBackWhatItWrites) {
    const Packet packet{PacketType::event, "/chat", std::numeric_limits<std::uint64_t>::max(),
                        Array{"ev", Binary("a"), Object{{"k", Array{Binary("b")}}}, 1.5, -1,
                              "héllo", nullptr, true}};
    const auto back = decode_msgpack_packet(encode_msgpack_packet(packet), {});
    ASSERT_TRUE(back);
    EXPECT_EQ(back->nsp, packet.nsp);
    EXPECT_EQ(back->id, packet.id);
    EXPECT_EQ(back->data, packet.data);
}

}  // namespace
}  // namespace socketio::wire
