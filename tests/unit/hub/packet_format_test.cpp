// Clients that read JSON and clients that read MessagePack: how the server learns which, and what each gets of
// events, questions and broadcasts that go to both.

#include "unit/hub/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace socketio::hub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using wire::Packet;
using wire::PacketFormat;
using wire::PacketType;

void send(TestClient& client, const Packet& packet) {
    client.send_binary(msgpack().encode(packet).data);
}

/// What the client has read since the last time, as JSON packets would say it; what is no MessagePack stays as
/// it is.
Texts read(TestClient& client) {
    Texts packets;
    for (const auto& message : client.read()) {
        wire::PacketDecoder begun;
        const bool binary = message.starts_with('b');
        const auto packet =
            msgpack().decode(message.substr(binary ? 1 : 0), binary, begun, wire::PacketLimits());
        packets.push_back(packet ? wire::encode_packet(**packet).data : message);
    }
    return packets;
}

class PacketFormatTest : public testing::Test {
protected:
    explicit PacketFormatTest(Parser parser = Parser::by_client) {
        world.options.parser = parser;
        world.root().on_connection([this](Socket& socket) { sockets.push_back(&socket); });
    }
    /// In the root, with the reply read.
    TestClient& connect_msgpack() {
        auto& client = world.connect_engine();
        send(client, {PacketType::connect, "/", {}, nullptr});
        read(client);
        return client;
    }
    [[nodiscard]] std::size_t asked_for(PacketFormat format) const {
        return world.encodings[static_cast<std::size_t>(format)];
    }

    World world;
    std::vector<Socket*> sockets;
};

class MsgpackOnly : public PacketFormatTest {
protected:
    MsgpackOnly() : PacketFormatTest(Parser::msgpack) {}
};

class JsonOnly : public PacketFormatTest {
protected:
    JsonOnly() : PacketFormatTest(Parser::json) {}
};

// ---- Learning ----------------------------------------------------------------------------------

TEST_F(PacketFormatTest, IsThatOfTheFirstPacket) {
    auto& binary = world.connect_engine();
    send(binary, {PacketType::connect, "/", {}, nullptr});
    const auto replies = read(binary);
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_TRUE(replies[0].starts_with(R"(0{"sid":")")) << replies[0];

    auto& text = world.connect_engine();
    text.send("0");
    const auto texts = text.read();
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_TRUE(texts[0].starts_with(R"(0{"sid":")")) << texts[0];
}

TEST_F(PacketFormatTest, StaysWhatItWas) {
    auto& binary = connect_msgpack();
    binary.send(R"(2["x"])");
    EXPECT_FALSE(binary.is_open());
    auto& text = world.connect();
    send(text, {PacketType::event, "/", {}, Array{"x"}});
    EXPECT_FALSE(text.is_open());
}

TEST_F(PacketFormatTest, OfAFirstMessageThatIsNoPacketEndsTheSession) {
    auto& client = world.connect_engine();
    client.send_binary("\x01\x02");
    EXPECT_FALSE(client.is_open());
    auto& empty = world.connect_engine();
    empty.send_binary("");
    EXPECT_FALSE(empty.is_open());
}

TEST_F(PacketFormatTest, OfEio3ClientsIsJson) {
    auto& client = world.connect_engine(World::Protocol::v3);
    EXPECT_EQ(client.read(), Texts{"0"});
    client.send("0/nope,");
    EXPECT_EQ(client.read(), Texts{R"(4/nope,{"message":"Invalid namespace"})"});
    send(client, {PacketType::event, "/", {}, Array{"x"}});
    EXPECT_FALSE(client.is_open());
}

TEST_F(JsonOnly, RefusesMsgpack) {
    auto& client = world.connect_engine();
    send(client, {PacketType::connect, "/", {}, nullptr});
    EXPECT_FALSE(client.is_open());
}

TEST_F(MsgpackOnly, RefusesJson) {
    auto& client = world.connect_engine();
    client.send("0");
    EXPECT_FALSE(client.is_open());
}

TEST_F(MsgpackOnly, AlsoSpeaksItToEio3Clients) {
    auto& client = world.connect_engine(World::Protocol::v3);
    EXPECT_EQ(read(client), Texts{"0"});
    send(client, {PacketType::connect, "/nope", {}, nullptr});
    EXPECT_EQ(read(client), Texts{R"(4/nope,{"message":"Invalid namespace"})"});
}

TEST_F(MsgpackOnly, EncodesAtOnce) {
    auto& client = connect_msgpack();
    world.root().emit("x", 1);
    EXPECT_EQ(read(client), Texts{R"(2["x",1])"});
    EXPECT_EQ(asked_for(PacketFormat::msgpack), 0U) << "nothing waits to be encoded";
}

// ---- One socket --------------------------------------------------------------------------------

TEST_F(PacketFormatTest, HoldsForEverythingThatASocketSays) {
    auto& admin = world.make_namespace("/admin");
    admin.use([](Socket&, const Next& next) { next.refuse("no", Object{{"code", 7}}); });
    std::string event;
    Value answer;
    world.root().on("ask", [&](Socket&, const Args& args, const Ack& ack) { ack.send(args); });
    world.root().on("tell", [&](Socket&, const Args& args) { event = args.at(0).as_string(); });
    auto& client = connect_msgpack();

    send(client, {PacketType::connect, "/admin", {}, nullptr});
    EXPECT_EQ(read(client), Texts{R"(4/admin,{"message":"no","data":{"code":7}})"});
    send(client, {PacketType::connect, "/nope", {}, nullptr});
    EXPECT_EQ(read(client), Texts{R"(4/nope,{"message":"Invalid namespace"})"});
    send(client, {PacketType::event, "/", {}, Array{"tell", "hello"}});
    EXPECT_EQ(event, "hello");
    send(client, {PacketType::event, "/", 3, Array{"ask", 1, Object{}}});
    EXPECT_EQ(read(client), Texts{"33[1,{}]"});
    sockets[0]->emit("x", 1.5);
    EXPECT_EQ(read(client), Texts{R"(2["x",1.5])"});
    sockets[0]->emit_with_ack("q", {}, std::chrono::milliseconds(0),
                              [&](boost::system::error_code ec, const Args& args) {
                                  EXPECT_FALSE(ec);
                                  answer = args.at(0);
                              });
    EXPECT_EQ(read(client), Texts{R"(20["q"])"});
    send(client, {PacketType::ack, "/", 0, Array{"a"}});
    EXPECT_EQ(answer, Value("a"));
    sockets[0]->disconnect();
    EXPECT_EQ(read(client), Texts{"1"});
    EXPECT_TRUE(client.is_open());
}

TEST_F(PacketFormatTest, OfMsgpackCarriesBinaryInItsPlace) {
    Args got;
    world.root().on("bytes", [&](Socket& socket, const Args& args) {
        got = args;
        socket.send("back", args);
    });
    auto& client = connect_msgpack();
    const Array event{"bytes", Binary("\x01\xff"), Object{{"a", Binary("")}}};
    send(client, {PacketType::event, "/", {}, event});
    EXPECT_EQ(got, Args(event.begin() + 1, event.end()));
    const auto packets = client.read();
    ASSERT_EQ(packets.size(), 1U) << "one message";
    wire::PacketDecoder begun;
    const auto packet = msgpack().decode(packets[0].substr(1), true, begun, wire::PacketLimits());
    ASSERT_TRUE(packet && *packet);
    EXPECT_EQ((*packet)->data, Value(Array{"back", event[1], event[2]}));
}

TEST_F(PacketFormatTest, HoldsForWhatIsEmittedBeforeTheConnection) {
    world.root().use([](Socket& socket, const Next& next) {
        socket.emit("early");
        next();
    });
    auto& client = world.connect_engine();
    send(client, {PacketType::connect, "/", {}, nullptr});
    const auto packets = read(client);
    ASSERT_EQ(packets.size(), 2U);
    EXPECT_EQ(packets[1], R"(2["early"])");
}

TEST_F(PacketFormatTest, OfMsgpackHasTheBoundsOfJson) {
    world.options.json_depth_max = 4;
    world.options.attachments_max = 1;
    world.options.message_bytes_max = 40;
    int events = 0;
    world.root().on("x", [&](Socket&) { ++events; });
    const auto survives = [&](Array data) {
        auto& client = connect_msgpack();
        send(client, {PacketType::event, "/", {}, std::move(data)});
        return client.is_open();
    };
    EXPECT_TRUE(survives({"x", Array{Array{Array{1}}}, Binary("b")}));
    EXPECT_FALSE(survives({"x", Array{Array{Array{Array{1}}}}}));
    EXPECT_FALSE(survives({"x", Binary("b"), Binary("c")}));
    EXPECT_FALSE(survives({"x", Array(20)})) << "more values than JSON of 40 bytes could hold";
    EXPECT_FALSE(survives({"disconnect"}));
    EXPECT_EQ(events, 1);
}

// ---- Many sockets ------------------------------------------------------------------------------

TEST_F(PacketFormatTest, OfABroadcastIsEachClientsOwnAndEachIsMadeOnce) {
    std::vector<TestClient*> texts;
    std::vector<TestClient*> binaries;
    for (int i = 0; i < 3; ++i) {
        texts.push_back(&world.connect());
        binaries.push_back(&connect_msgpack());
    }
    world.root().emit("x", 1, Binary("b"));
    for (const auto format : {PacketFormat::json, PacketFormat::msgpack}) {
        EXPECT_EQ(asked_for(format), 1U);
    }
    const auto front = [](TestClient& client) {
        return client.session().queue().messages().front().get();
    };
    // Looked at before anybody reads, which empties its queue.
    const auto* text = front(*texts[0]);
    const auto* binary = front(*binaries[0]);
    EXPECT_NE(text, binary);
    for (auto* client : texts) {
        EXPECT_EQ(front(*client), text) << "one message for all of them";
        EXPECT_EQ(client->read(), (Texts{R"(51-["x",1,{"_placeholder":true,"num":0}])", "bb"}));
    }
    for (auto* client : binaries) {
        EXPECT_EQ(front(*client), binary) << "one message for all of them";
        EXPECT_EQ(client->session().queue().packets(), 1U);
        EXPECT_EQ(read(*client), Texts{R"(51-["x",1,{"_placeholder":true,"num":0}])"});
    }
}

TEST_F(PacketFormatTest, ThatNobodyReadsIsNotMade) {
    auto& text = world.connect();
    auto& binary = connect_msgpack();
    sockets[0]->join("texts");
    sockets[1]->join("binaries");
    world.root().to("texts").emit("x");
    EXPECT_EQ(asked_for(PacketFormat::json), 1U);
    EXPECT_EQ(asked_for(PacketFormat::msgpack), 0U);
    world.root().to("binaries").emit("y");
    EXPECT_EQ(asked_for(PacketFormat::json), 1U);
    EXPECT_EQ(asked_for(PacketFormat::msgpack), 1U);
    world.root().to("nobody").emit("z");
    sockets[1]->to("binaries").emit("not to itself");
    EXPECT_EQ(asked_for(PacketFormat::json), 1U);
    EXPECT_EQ(asked_for(PacketFormat::msgpack), 1U);
    EXPECT_EQ(text.read(), Texts{R"(2["x"])"});
    EXPECT_EQ(read(binary), Texts{R"(2["y"])"});
}

TEST_F(PacketFormatTest, GoesWithEveryFlag) {
    auto& text = world.connect();
    auto& busy = connect_msgpack();
    auto& idle = connect_msgpack();
    busy.transport().is_writable = false;
    world.root().as_volatile().emit("x");
    EXPECT_EQ(text.read(), Texts{R"(2["x"])"});
    EXPECT_THAT(busy.read(), IsEmpty());
    EXPECT_EQ(read(idle), Texts{R"(2["x"])"});

    for (int i = 0; i < 3; ++i) world.root().everyone().conflate("k").emit("state", i);
    EXPECT_EQ(text.read(), Texts{R"(2["state",2])"});
    EXPECT_EQ(read(idle), Texts{R"(2["state",2])"});

    world.root().compress(false).except(sockets[0]->id()).emit("plain");
    EXPECT_THAT(text.read(), IsEmpty());
    EXPECT_FALSE(idle.session().queue().messages().front()->content().compress);
    EXPECT_EQ(read(idle), Texts{R"(2["plain"])"});
}

TEST_F(PacketFormatTest, OfAQuestionToManyIsEachClientsOwn) {
    auto& text = world.connect();
    auto& binary = connect_msgpack();
    std::vector<Value> answers;
    world.root().everyone().emit_with_ack("q", {1}, std::chrono::milliseconds(500),
                                          [&](const BroadcastAnswers& all) {
                                              EXPECT_FALSE(all.ec);
                                              answers = all.values;
                                          });
    EXPECT_EQ(text.read(), Texts{R"(20["q",1])"});
    EXPECT_EQ(read(binary), Texts{R"(20["q",1])"});
    text.send("30[\"json\"]");
    send(binary, {PacketType::ack, "/", 0, Array{"msgpack"}});
    EXPECT_THAT(answers, ElementsAre(Value("json"), Value("msgpack")));
}

TEST_F(PacketFormatTest, OfAnEncodedEventIsMadeWhenItsFirstReaderIsSentIt) {
    auto& text = world.connect();
    auto& binary = connect_msgpack();
    auto& other = connect_msgpack();
    const auto event = world.root().encode("x", {Binary("b")});
    EXPECT_EQ(asked_for(PacketFormat::json) + asked_for(PacketFormat::msgpack), 0U);
    sockets[0]->emit(event);
    EXPECT_EQ(asked_for(PacketFormat::msgpack), 0U);
    sockets[1]->emit(event);
    world.root().to(sockets[2]->id()).emit(event);
    EXPECT_EQ(binary.session().queue().messages().front().get(),
              other.session().queue().messages().front().get())
        << "one message in a turn";
    EXPECT_EQ(text.read(), (Texts{R"(51-["x",{"_placeholder":true,"num":0}])", "bb"}));
    for (auto* client : {&binary, &other}) {
        EXPECT_EQ(read(*client), Texts{R"(51-["x",{"_placeholder":true,"num":0}])"});
    }
    EXPECT_EQ(event.bytes(), event.contents().of({PacketFormat::json, false})->bytes());
}

TEST_F(PacketFormatTest, OfAClientIsWhatItsOutgoingHandlersAreShown) {
    connect_msgpack();
    world.connect();
    Texts seen;
    sockets[0]->on_any_outgoing([&](Socket&, std::string_view event, const Args& args) {
        seen.push_back(std::string(event) + ' ' + std::to_string(args.size()));
    });
    world.root().to(sockets[0]->id()).emit("broadcast", 1, Binary("b"));
    EXPECT_EQ(asked_for(PacketFormat::json), 0U);
    sockets[0]->send(world.root().encode("encoded", {1}));
    world.root().everyone().emit_with_ack("question", {1, 2, 3}, std::chrono::milliseconds(500),
                                          [](const BroadcastAnswers&) {});
    EXPECT_THAT(seen, ElementsAre("broadcast 2", "encoded 1", "question 3"));
}

}  // namespace
}  // namespace socketio::hub
