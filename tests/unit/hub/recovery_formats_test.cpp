// Clients that read JSON, clients that read MessagePack and clients of old protocols, some of which come back: each
// gets what it missed as it reads it, and nothing is encoded that nobody reads.

#include "hub/recovery.hpp"
#include "unit/hub/recovery_world.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace socketio::hub {
namespace {

using wire::PacketFormat;

/// Packets in MessagePack as JSON packets would say them.
Texts as_json(const Texts& messages) {
    Texts packets;
    for (const auto& message : messages) {
        wire::PacketDecoder begun;
        const auto packet = msgpack().decode(message.substr(1), message.starts_with('b'), begun,
                                             wire::PacketLimits());
        EXPECT_TRUE(packet && *packet) << message;
        const auto encoded = wire::encode_packet(**packet);
        packets.push_back(encoded.data);
        for (const auto& attachment : encoded.attachments) {
            packets.push_back("b" + std::string(attachment.view()));
        }
    }
    return packets;
}

class RecoveryFormatsTest : public testing::Test {
protected:
    explicit RecoveryFormatsTest(Parser parser = Parser::by_client) {
        world.options.parser = parser;
    }
    /// A new connection of the client that has this memory.
    TestClient& come_in_msgpack(Memory& memory) {
        auto& client = world.connect_engine();
        const auto payload = memory.payload();
        const auto data = payload == "{}" ? Value() : *wire::parse_json(payload, 10);
        client.send_binary(msgpack().encode({wire::PacketType::connect, "/", {}, data}).data);
        return client;
    }
    static Reading read_msgpack(TestClient& client, Memory& memory) {
        return {as_json(client.read()), memory};
    }
    /// For the first time.
    TestClient& connect_text() {
        text = {};
        auto& client = world.come(text);
        world.read(client, text);
        return client;
    }
    TestClient& connect_binary() {
        binary = {};
        auto& client = come_in_msgpack(binary);
        read_msgpack(client, binary);
        return client;
    }
    [[nodiscard]] std::size_t asked_for(PacketFormat format) const {
        return world.encodings[static_cast<std::size_t>(format)];
    }
    static const engine::MessageContent& front(TestClient& client) {
        return client.session().queue().messages().front()->content();
    }

    RecoveryWorld world;
    Memory text;
    Memory binary;
};

// ---- What events say ---------------------------------------------------------------------------

TEST_F(RecoveryFormatsTest, ABroadcastIsMadeOnceInEachForm) {
    auto& one = connect_text();
    auto& other = connect_text();
    auto& packed = connect_binary();
    auto& packed_too = connect_binary();
    auto& old = world.connect_engine(World::Protocol::v3);
    EXPECT_EQ(old.read(), Texts{"0"});
    world.root().emit("x", 1, Binary("b"));
    // JSON with the offset, and without it.
    EXPECT_EQ(asked_for(PacketFormat::json), 2U);
    EXPECT_EQ(asked_for(PacketFormat::msgpack), 1U);
    EXPECT_EQ(&front(one), &front(other));
    EXPECT_EQ(&front(packed), &front(packed_too));
    EXPECT_NE(&front(one), &front(old));
    const auto texts = one.read();
    const auto packets = as_json(packed.read());
    EXPECT_EQ(texts, packets) << "the offset stands at the same place";
    const Reading reading(texts, text);
    EXPECT_FALSE(text.offset.empty()) << texts[0];
    EXPECT_EQ(old.read(), (Texts{R"(51-["x",1,{"_placeholder":true,"num":0}])", "bb"}));
}

TEST_F(RecoveryFormatsTest, WhatCannotBeSentAgainHasNoOffsetInEitherFormat) {
    auto& client = connect_binary();
    auto& socket = world.socket();
    socket.emit_with_ack("ask", {"a"}, base::Milliseconds(0), [](auto, const auto&) {});
    world.root().everyone().emit_with_ack("ask", {}, base::Milliseconds(100), [](const auto&) {});
    socket.send("volatile", {"a"}, {.is_volatile = true});
    world.root().as_volatile().emit("volatile");
    socket.emit(world.root().encode("encoded", {"a"}));
    EXPECT_EQ(as_json(client.read()),
              (Texts{R"(20["ask","a"])", R"(21["ask"])", R"(2["volatile","a"])", R"(2["volatile"])",
                     R"(2["encoded","a"])"}));
    EXPECT_EQ(world.recovery().log().packets(), 0U);
}

TEST_F(RecoveryFormatsTest, WhoLooksOnSeesNoOffsetInEitherFormat) {
    auto& client = connect_binary();
    std::vector<Args> seen;
    world.socket().on_any_outgoing(
        [&](Socket&, std::string_view, const Args& args) { seen.push_back(args); });
    world.socket().emit("x", 1);
    world.root().emit("y", Binary("b"), "text");
    client.read();
    EXPECT_EQ(seen, (std::vector<Args>{{1}, {Binary("b"), "text"}}));
}

// ---- Coming back -------------------------------------------------------------------------------

TEST_F(RecoveryFormatsTest, EachMissesTheSameInItsOwnFormat) {
    auto& texts = connect_text();
    world.socket().join("room");
    auto& packets = connect_binary();
    world.socket().join("room");
    world.root().to("room").emit("arrived");
    EXPECT_EQ(world.read(texts, text).texts, Texts{R"(2["arrived"])"});
    EXPECT_EQ(read_msgpack(packets, binary).texts, Texts{R"(2["arrived"])"});
    world.sockets[0]->emit("only to one", 1);
    world.sockets[1]->emit("only to the other", 2);
    world.root().to("room").emit("lost");
    RecoveryWorld::lose(texts);
    RecoveryWorld::lose(packets);
    world.root().to("room").emit("missed", 1, Binary("b"));
    world.root().to("elsewhere").emit("not for them");
    world.root().emit("missed too");
    const auto back = world.read(world.come(text), text);
    const auto packed = read_msgpack(come_in_msgpack(binary), binary);
    EXPECT_TRUE(back.recovered);
    EXPECT_TRUE(packed.recovered);
    const Texts missed{R"(2["lost"])", R"(51-["missed",1,{"_placeholder":true,"num":0}])", "bb",
                       R"(2["missed too"])", "CONNECT"};
    const auto with = [&](const std::string& own) {
        Texts all{own};
        all.insert(all.end(), missed.begin(), missed.end());
        return all;
    };
    EXPECT_EQ(back.texts, with(R"(2["only to one",1])"));
    EXPECT_EQ(packed.texts, with(R"(2["only to the other",2])"));
}

TEST_F(RecoveryFormatsTest, WhatNobodyWasThereForIsEncodedForWhoComesBack) {
    auto& packets = connect_binary();
    RecoveryWorld::lose(packets);
    world.root().emit("missed", std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(asked_for(PacketFormat::json) + asked_for(PacketFormat::msgpack), 0U)
        << "perhaps nobody comes";
    auto& texts = connect_text();
    world.root().emit("missed", std::numeric_limits<double>::quiet_NaN());
    texts.read();
    EXPECT_EQ(asked_for(PacketFormat::msgpack), 0U);
    auto& back = come_in_msgpack(binary);
    const auto messages = back.read();
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(asked_for(PacketFormat::msgpack), 2U);
    for (const auto i : {0U, 1U}) {
        wire::PacketDecoder begun;
        const auto packet = msgpack().decode(messages[i].substr(1), true, begun, {});
        ASSERT_TRUE(packet && *packet);
        EXPECT_TRUE(std::isnan((*packet)->data.as_array().at(1).as_double()))
            << "which JSON cannot say";
    }
}

TEST_F(RecoveryFormatsTest, ComesBackAgainAndAgain) {
    connect_binary();
    for (int i = 0; i < 3; ++i) {
        world.root().emit("lost", i);
        world.sockets.back()->emit("lost too", Binary("b"));
        auto& client = come_in_msgpack(binary);
        const auto back = read_msgpack(client, binary);
        EXPECT_TRUE(back.recovered);
        EXPECT_EQ(back.texts,
                  (Texts{"2[\"lost\"," + std::to_string(i) + "]",
                         R"(51-["lost too",{"_placeholder":true,"num":0}])", "bb", "CONNECT"}));
    }
    EXPECT_EQ(world.counters.recoveries, 3U);
}

TEST_F(RecoveryFormatsTest, AsksInVainInAnotherFormat) {
    auto& texts = connect_text();
    const auto before = text;
    EXPECT_FALSE(read_msgpack(come_in_msgpack(text), text).recovered);
    EXPECT_TRUE(texts.is_open()) << "it is not closed for that";
    text = before;
    RecoveryWorld::lose(texts);
    world.root().emit("missed");
    EXPECT_FALSE(read_msgpack(come_in_msgpack(text), text).recovered);
    text = before;
    const auto back = world.read(world.come(text), text);
    EXPECT_TRUE(back.recovered) << "it was not taken away";
    EXPECT_EQ(back.texts, (Texts{R"(2["missed"])", "CONNECT"}));
}

// ---- What is kept ------------------------------------------------------------------------------

TEST_F(RecoveryFormatsTest, CountsWhatIsKept) {
    RecoveryWorld::lose(connect_binary());
    const auto& log = world.recovery().log();
    const std::string argument(200, 'x');
    world.root().emit("nobody is there", argument);
    const auto values = bytes_of(Args{argument});
    EXPECT_EQ(log.bytes(), values);
    EXPECT_EQ(world.counters.recovery_packet_bytes, values);

    auto& texts = connect_text();
    world.root().emit("somebody is", argument);
    const auto json_bytes = front(texts).data.size();
    EXPECT_EQ(log.bytes(), 2 * values + json_bytes);

    auto& packets = come_in_msgpack(binary);
    std::size_t msgpack_bytes = 0;
    for (const auto& message : packets.session().queue().messages()) {
        if (!message) continue;
        const auto& content = message->content();
        if (content.offset != wire::EventOffset::none) msgpack_bytes += content.data.size();
    }
    EXPECT_GT(msgpack_bytes, 400U);
    EXPECT_EQ(log.bytes(), 2 * values + json_bytes + msgpack_bytes)
        << "of one event both, of the other one";
    EXPECT_EQ(world.counters.recovery_packet_bytes, log.bytes());
}

TEST_F(RecoveryFormatsTest, KeepsItsBoundInBothFormats) {
    world.options.connection_state_recovery->packet_bytes_max = 3'000;
    connect_text();
    connect_binary();
    for (int i = 0; i < 50; ++i) {
        world.root().emit("x", std::string(200, 'x'));
        EXPECT_LE(world.recovery().log().bytes(), 3'000U);
    }
    // Values, and two forms, each of which is over 200 bytes.
    EXPECT_LE(world.recovery().log().packets(), 4U);
    EXPECT_GE(world.recovery().log().packets(), 3U);
}

class RecoveryOfOneFormat : public RecoveryFormatsTest {
protected:
    RecoveryOfOneFormat() : RecoveryFormatsTest(Parser::msgpack) {}
};

TEST_F(RecoveryOfOneFormat, KeepsTheBytesAlone) {
    auto& client = connect_binary();
    world.root().emit("x", std::string(200, 'x'));
    EXPECT_EQ(world.recovery().log().bytes(), front(client).bytes()) << "and no values";
    auto& old = world.connect_engine(World::Protocol::v3);
    old.read();
    RecoveryWorld::lose(client);
    world.root().emit("missed");
    EXPECT_EQ(as_json(old.read()), Texts{R"(2["missed"])"});
    const auto back = read_msgpack(come_in_msgpack(binary), binary);
    EXPECT_TRUE(back.recovered);
    EXPECT_EQ(back.texts.back(), "CONNECT");
    EXPECT_EQ(back.texts.front(), "2[\"x\",\"" + std::string(200, 'x') + "\"]");
}

}  // namespace
}  // namespace socketio::hub
