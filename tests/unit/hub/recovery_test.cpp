// Sockets that come back on the shard that they were on: what they get, and who gets nothing. Those that come
// back on another one are in tests/sim/recovery_test.cpp.

#include "hub/recovery.hpp"

#include "unit/hub/recovery_world.hpp"
#include "wire/session_id.hpp"

#include <gtest/gtest.h>

#include <any>
#include <functional>
#include <optional>

namespace socketio::hub {
namespace {

using base::Milliseconds;

class RecoveryTest : public testing::Test {
protected:
    /// Connects a client for the first time.
    TestClient& connect() {
        auto& client = world.come(memory);
        sid = world.read(client, memory).sid;
        return client;
    }
    Reading come_back() {
        auto& client = world.come(memory);
        return world.read(client, memory);
    }
    /// As long as that, with an answer to every ping.
    void live_for(TestClient& client, std::chrono::seconds time) {
        for (auto passed = std::chrono::seconds(0); passed < time;
             passed += std::chrono::seconds(1)) {
            world.pass(Milliseconds(1'000));
            client.send_engine_packet("3");
        }
    }
    [[nodiscard]] const Counters& counters() const { return world.counters; }

    RecoveryWorld world;
    Memory memory;
    std::string sid;
};

// ---- What events and replies say ---------------------------------------------------------------

TEST_F(RecoveryTest, GivesEachSocketAPidThatNamesItsShard) {
    auto& client = world.come(memory);
    const auto packets = client.read();
    ASSERT_EQ(packets.size(), 1U);
    const Reading reply(packets, memory);
    EXPECT_EQ(packets[0], "0{\"sid\":\"" + reply.sid + "\",\"pid\":\"" + memory.pid + "\"}");
    EXPECT_NE(reply.sid, memory.pid);
    EXPECT_EQ(wire::shard_of(memory.pid, 8), 7U);
    EXPECT_FALSE(world.socket().recovered());
}

TEST_F(RecoveryTest, IsOffUnlessItIsAskedFor) {
    World plain;
    auto& client = plain.connect_engine();
    client.send("0{\"pid\":\"AAAAAAAAAAAAAAAAAAAA\",\"offset\":\"Q85XzYN\"}");
    const auto packets = client.read();
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(packets[0].find("pid"), std::string::npos);
    EXPECT_EQ(plain.hub().recovery(), nullptr);
}

TEST_F(RecoveryTest, GivesEachEventAnOffsetOfItsOwnAsItsLastArgument) {
    auto& client = connect();
    world.socket().emit("x", 1, "a");
    world.root().emit("y");
    world.socket().emit("z", Binary("b"));
    const auto packets = client.read();
    ASSERT_EQ(packets.size(), 4U);
    Texts offsets;
    for (const auto i : {0, 1, 2}) {
        const auto& packet = packets[static_cast<std::size_t>(i)];
        const auto begin = packet.rfind(",\"") + 2;
        offsets.push_back(packet.substr(begin, packet.size() - begin - 2));
        EXPECT_TRUE(wire::parse_event_offset(offsets.back())) << packet;
    }
    EXPECT_EQ(packets[0], "2[\"x\",1,\"a\",\"" + offsets[0] + "\"]");
    EXPECT_EQ(packets[1], "2[\"y\",\"" + offsets[1] + "\"]");
    EXPECT_EQ(packets[2], "51-[\"z\",{\"_placeholder\":true,\"num\":0},\"" + offsets[2] + "\"]");
    EXPECT_EQ(packets[3], "bb");
    EXPECT_NE(offsets[0], offsets[1]);
}

TEST_F(RecoveryTest, ABroadcastIsEncodedOnceForAll) {
    auto& one = connect();
    Memory others;
    auto& other = world.come(others);
    other.read();
    world.root().emit("x");
    EXPECT_EQ(one.session().queue().messages().front().get(),
              other.session().queue().messages().front().get());
}

TEST_F(RecoveryTest, GivesNoOffsetToWhatCannotBeSentAgain) {
    auto& client = connect();
    auto& socket = world.socket();
    socket.emit_with_ack("ask", {"a"}, Milliseconds(0), [](auto, const auto&) {});
    world.root().everyone().emit_with_ack("ask", {}, Milliseconds(100), [](const auto&) {});
    socket.send("volatile", {"a"}, {.is_volatile = true});
    world.root().as_volatile().emit("volatile");
    socket.emit(world.root().encode("encoded", {"a"}));
    world.root().emit(world.root().encode("encoded", {}));
    EXPECT_EQ(client.read(), (Texts{R"(20["ask","a"])", R"(21["ask"])", R"(2["volatile","a"])",
                                    R"(2["volatile"])", R"(2["encoded","a"])", R"(2["encoded"])"}));
    EXPECT_EQ(world.recovery().log().packets(), 0U);
}

TEST_F(RecoveryTest, GivesEio3ClientsNeitherPidNorOffset) {
    connect();
    auto& old = world.connect_engine(World::Protocol::v3);
    EXPECT_EQ(old.read(), Texts{"0"});
    world.socket().emit("x", 1);
    world.root().emit("y", Binary("b"));
    EXPECT_EQ(old.read(),
              (Texts{R"(2["x",1])", R"(51-["y",{"_placeholder":true,"num":0}])", "bb"}));
    old.lose(DisconnectReason::transport_close);
    EXPECT_EQ(world.recovery().sessions(), 0U);
}

TEST_F(RecoveryTest, WhoLooksOnSeesWhatTheApplicationSent) {
    auto& client = connect();
    std::vector<Args> seen;
    world.socket().on_any_outgoing(
        [&](Socket&, std::string_view, const Args& args) { seen.push_back(args); });
    world.socket().emit("x", 1);
    world.root().emit("y", Binary("b"));
    client.read();
    EXPECT_EQ(seen, (std::vector<Args>{{1}, {Binary("b")}}));
}

// ---- Coming back -------------------------------------------------------------------------------

TEST_F(RecoveryTest, BringsBackIdRoomsAndDataAndWhatWasMissed) {
    auto& client = connect();
    world.socket().join("room");
    world.socket().data() = std::string("mine");
    world.root().emit("arrived");
    EXPECT_EQ(world.read(client, memory).texts, Texts{R"(2["arrived"])"});
    world.root().emit("lost");
    world.socket().emit("lost too", Binary("b"));
    RecoveryWorld::lose(client);
    world.root().emit("everyone");
    world.root().to("room").emit("room");
    world.root().to("elsewhere").emit("not for it");
    world.root().to("room").except(sid).emit("not for it");
    world.root().to(sid).emit("own room");
    const auto pid = memory.pid;
    const auto back = come_back();
    EXPECT_EQ(back.texts,
              (Texts{R"(2["lost"])", R"(51-["lost too",{"_placeholder":true,"num":0}])", "bb",
                     R"(2["everyone"])", R"(2["room"])", R"(2["own room"])", "CONNECT"}))
        << "what was missed comes first, as from Node";
    EXPECT_TRUE(back.recovered);
    EXPECT_EQ(back.sid, sid);
    EXPECT_EQ(memory.pid, pid);
    auto& socket = world.socket();
    EXPECT_TRUE(socket.recovered());
    EXPECT_EQ(socket.id(), sid);
    EXPECT_EQ(socket.rooms(), (Texts{sid, "room"}));
    EXPECT_EQ(*std::any_cast<std::string>(&socket.data()), "mine");
    EXPECT_EQ(counters().recoveries, 1U);
    EXPECT_EQ(counters().recoverable_sessions, 0U);
}

TEST_F(RecoveryTest, GoesOnAsAnyOtherSocketDoes) {
    RecoveryWorld::lose(connect());
    auto& client = world.come(memory);
    world.read(client, memory);
    world.socket().join("room");
    world.root().to("room").emit("x");
    world.root().to(sid).emit("y");
    EXPECT_EQ(world.read(client, memory).texts, (Texts{R"(2["x"])", R"(2["y"])"}));
    RecoveryWorld::lose(client);
    world.root().to("room").emit("z");
    const auto again = come_back();
    EXPECT_EQ(again.texts, (Texts{R"(2["z"])", "CONNECT"}));
    EXPECT_EQ(again.sid, sid);
}

TEST_F(RecoveryTest, ComesBackWithThePidAloneWhoGotNothingYet) {
    RecoveryWorld::lose(connect());
    world.root().emit("missed");
    EXPECT_TRUE(memory.offset.empty());
    const auto back = come_back();
    EXPECT_TRUE(back.recovered);
    EXPECT_EQ(back.texts, (Texts{R"(2["missed"])", "CONNECT"}));
}

TEST_F(RecoveryTest, SendsAgainWhatWasOnItsWayToWhoGotNothingYet) {
    auto& client = connect();
    world.root().emit("lost");
    RecoveryWorld::lose(client);
    EXPECT_EQ(come_back().texts, (Texts{R"(2["lost"])", "CONNECT"}));
}

TEST_F(RecoveryTest, AnOffsetOfBeforeTheConnectionCountsAsNone) {
    auto& client = connect();
    world.root().emit("first life");
    world.read(client, memory);
    client.send("1");
    world.root().emit("between");
    memory.pid.clear();
    RecoveryWorld::lose(connect());
    world.root().emit("missed");
    const auto back = come_back();
    EXPECT_TRUE(back.recovered);
    EXPECT_EQ(back.texts, (Texts{R"(2["missed"])", "CONNECT"}));
}

TEST_F(RecoveryTest, ARoomBringsWhatItWasSentSinceItWasJoined) {
    auto& client = connect();
    world.root().emit("arrived");
    world.read(client, memory);
    world.root().to("room").emit("before");
    world.socket().join("room");
    world.root().to("room").emit("after");
    RecoveryWorld::lose(client);
    auto& second = world.come(memory);
    EXPECT_EQ(second.read().size(), 2U) << "which is lost, too";
    RecoveryWorld::lose(second);
    EXPECT_EQ(come_back().texts, (Texts{R"(2["after"])", "CONNECT"}));
}

TEST_F(RecoveryTest, TheOwnRoomIsLeftForGood) {
    auto& client = connect();
    world.socket().leave(sid);
    RecoveryWorld::lose(client);
    world.root().to(sid).emit("x");
    EXPECT_EQ(come_back().texts, Texts{"CONNECT"});
    EXPECT_TRUE(world.socket().rooms().empty());
}

TEST_F(RecoveryTest, AClientThatHasBeenIdleForLongComesBack) {
    auto& client = connect();
    world.root().emit("long ago");
    world.read(client, memory);
    live_for(client, std::chrono::seconds(400));
    EXPECT_EQ(world.recovery().log().packets(), 0U) << "what was sent is forgotten by then";
    client.read();
    RecoveryWorld::lose(client);
    world.root().emit("missed");
    const auto back = come_back();
    EXPECT_TRUE(back.recovered);
    EXPECT_EQ(back.texts, (Texts{R"(2["missed"])", "CONNECT"}));
}

TEST_F(RecoveryTest, ConflationHoldsForWhatWasMissed) {
    RecoveryWorld::lose(connect());
    for (int i = 0; i < 3; ++i) world.root().everyone().conflate("state").emit("state", i);
    EXPECT_EQ(come_back().texts, (Texts{R"(2["state",2])", "CONNECT"}));
}

TEST_F(RecoveryTest, WhatWasEmittedBeforeTheFirstConnectionComesAgain) {
    auto& early = world.make_namespace("/early");
    early.use([](Socket& socket, const Next& next) {
        socket.emit("early");
        next();
    });
    auto& client = world.come(memory, "/early");
    const auto packets = client.read();
    ASSERT_EQ(packets.size(), 2U);
    // The event behind the reply is lost.
    const Reading reply({packets.front()}, memory);
    RecoveryWorld::lose(client);
    auto& again = world.come(memory, "/early");
    EXPECT_EQ(world.read(again, memory).texts, (Texts{R"(2/early,["early"])", "CONNECT"}));
}

// ---- Once, and by the newest connection ---------------------------------------------------------

TEST_F(RecoveryTest, TheNewestConnectionWins) {
    auto& old = connect();
    world.socket().join("room");
    world.root().emit("arrived");
    world.read(old, memory);
    world.root().emit("lost");
    const auto back = come_back();
    EXPECT_FALSE(old.is_open());
    EXPECT_EQ(world.left, Reasons{DisconnectReason::forced_server_close})
        << "the old one leaves before the new one connects";
    EXPECT_EQ(back.texts, (Texts{R"(2["lost"])", "CONNECT"}));
    EXPECT_EQ(back.sid, sid);
    EXPECT_EQ(world.socket().rooms(), (Texts{sid, "room"}));
    EXPECT_EQ(world.hub().find_namespace("/")->sockets().size(), 1U);
    world.settle();
}

TEST_F(RecoveryTest, TheOldConnectionsOtherNamespacesCanBeRestoredToo) {
    (void)world.make_namespace("/b");
    auto& old = connect();
    Memory in_b;
    old.send("0/b,");
    const auto sid_in_b = Reading(old.read(), in_b).sid;
    auto& client = world.come(memory);
    world.read(client, memory);
    client.send("0/b," + in_b.payload());
    const Reading back(client.read(), in_b);
    EXPECT_TRUE(back.recovered);
    EXPECT_EQ(back.sid, sid_in_b);
}

TEST_F(RecoveryTest, IsForOneTime) {
    RecoveryWorld::lose(connect());
    const auto before = memory;
    auto& client = world.come(memory);
    world.read(client, memory);
    client.send("1");
    memory = before;
    const auto back = come_back();
    EXPECT_FALSE(back.recovered);
    EXPECT_NE(back.sid, sid);
    EXPECT_NE(memory.pid, before.pid);
    EXPECT_FALSE(world.socket().recovered());
    EXPECT_EQ(counters().recoveries_refused, 1U);
}

TEST_F(RecoveryTest, EndsWithADecisionOfEitherSide) {
    for (const auto& leave : std::vector<std::function<void(TestClient&)>>{
             [](TestClient& client) { client.send("1"); },
             [this](TestClient&) { world.socket().disconnect(); },
             [this](TestClient&) { world.socket().disconnect(true); },
             [](TestClient& client) { client.lose(DisconnectReason::parse_error); },
             [](TestClient& client) { client.session().close(DisconnectReason::slow_client); },
         }) {
        memory = {};
        leave(connect());
        EXPECT_EQ(world.recovery().sessions(), 0U);
        EXPECT_FALSE(come_back().recovered);
    }
}

TEST_F(RecoveryTest, ComesBackAfterEachKindOfLoss) {
    for (const auto reason :
         {DisconnectReason::transport_close, DisconnectReason::transport_error,
          DisconnectReason::ping_timeout, DisconnectReason::forced_close,
          DisconnectReason::forced_server_close, DisconnectReason::server_shutting_down}) {
        memory = {};
        connect().session().close(reason);
        const auto back = come_back();
        EXPECT_TRUE(back.recovered) << to_string(reason);
        EXPECT_EQ(back.sid, sid);
    }
}

// ---- In vain -----------------------------------------------------------------------------------

TEST_F(RecoveryTest, NobodyComesBackWithWhatWasNotGivenOut) {
    RecoveryWorld::lose(connect());
    const auto pid = memory.pid;
    auto other = pid;
    other[10] = pid[10] == 'x' ? 'y' : 'x';
    for (const auto& payload : {
             std::string(R"({"pid":1})"),
             std::string(R"({"pid":null,"offset":"Q85XzYN"})"),
             std::string(R"({"pid":""})"),
             "{\"pid\":\"" + other + "\"}",
             "{\"pid\":\"" + pid + "A\"}",
             "{\"pid\":\"" + pid + "\",\"offset\":1}",
             "{\"pid\":\"" + pid + "\",\"offset\":\"hello\"}",
             "{\"pid\":\"" + pid + "\",\"offset\":\"Q\"}",
             "{\"pid\":\"" + pid + "\",\"offset\":{\"a\":[]}}",
         }) {
        auto& client = world.connect_engine();
        client.send("0" + payload);
        Memory others;
        const auto reply = world.read(client, others);
        EXPECT_EQ(reply.texts, Texts{"CONNECT"}) << payload;
        EXPECT_NE(reply.sid, sid) << payload;
        EXPECT_NE(others.pid, pid) << payload;
    }
    EXPECT_EQ(counters().recoveries, 0U);
    EXPECT_GE(counters().recoveries_refused, 8U);
}

TEST_F(RecoveryTest, APidIsOfOneNamespace) {
    (void)world.make_namespace("/b");
    RecoveryWorld::lose(connect());
    const auto before = memory;
    auto& client = world.come(memory, "/b");
    EXPECT_FALSE(world.read(client, memory).recovered);
    memory = before;
    EXPECT_TRUE(come_back().recovered) << "asking in the wrong place takes nothing away";
}

TEST_F(RecoveryTest, NobodyComesBackAfterTheTime) {
    RecoveryWorld::lose(connect());
    world.pass(Milliseconds(119'990));
    EXPECT_TRUE(come_back().recovered);

    memory = {};
    RecoveryWorld::lose(connect());
    world.pass(Milliseconds(120'000));
    EXPECT_FALSE(come_back().recovered);
}

TEST_F(RecoveryTest, WhatWasKeptGoesWithItsTime) {
    auto& client = connect();
    world.socket().data() = Value("mine");
    world.root().emit("x");
    RecoveryWorld::lose(client);
    EXPECT_EQ(counters().recoverable_sessions, 1U);
    EXPECT_EQ(counters().recovery_packets, 1U);
    EXPECT_GT(counters().recovery_packet_bytes, 0U);
    world.pass(Milliseconds(122'000));
    EXPECT_EQ(counters().recoverable_sessions, 0U);
    EXPECT_EQ(counters().recovery_packets, 1U) << "who was connected yet may need it";
    world.pass(Milliseconds(110'000));
    EXPECT_EQ(counters().recovery_packets, 0U);
    EXPECT_EQ(counters().recovery_packets_dropped, 0U);
    EXPECT_TRUE(world.deadlines.empty());
}

TEST_F(RecoveryTest, NobodyComesBackToAGap) {
    world.options.connection_state_recovery->packets_max = 3;
    auto& client = connect();
    world.root().emit("arrived");
    world.read(client, memory);
    RecoveryWorld::lose(client);
    for (int i = 0; i < 4; ++i) world.root().emit("missed", i);
    EXPECT_FALSE(come_back().recovered);
    EXPECT_EQ(counters().recovery_packets_dropped, 2U);
    EXPECT_EQ(counters().recovery_packets, 3U);
}

TEST_F(RecoveryTest, ComesBackWhenWhatWasDroppedHadArrived) {
    world.options.connection_state_recovery->packets_max = 3;
    auto& client = connect();
    for (int i = 0; i < 5; ++i) world.root().emit("arrived", i);
    world.read(client, memory);
    RecoveryWorld::lose(client);
    world.root().emit("missed");
    const auto back = come_back();
    EXPECT_TRUE(back.recovered) << "the last one that arrived is there yet";
    EXPECT_EQ(back.texts, (Texts{R"(2["missed"])", "CONNECT"}));
}

TEST_F(RecoveryTest, NobodyIsSentMoreThanAQueueHolds) {
    world.options.send_queue_packets_max = 10;
    RecoveryWorld::lose(connect());
    for (int i = 0; i < 5; ++i) world.root().emit("missed", i);
    EXPECT_TRUE(come_back().recovered);
    memory = {};
    RecoveryWorld::lose(connect());
    for (int i = 0; i < 6; ++i) world.root().emit("missed", i);
    EXPECT_FALSE(come_back().recovered);
}

TEST_F(RecoveryTest, KeepsNoMoreSessionsThanItsBounds) {
    world.options.connection_state_recovery->sessions_max = 2;
    std::vector<Memory> memories(3);
    for (auto& own : memories) {
        auto& client = world.come(own);
        world.read(client, own);
        RecoveryWorld::lose(client);
    }
    EXPECT_EQ(counters().recoverable_sessions, 2U);
    EXPECT_EQ(counters().recovery_sessions_dropped, 1U);
    for (const auto i : {0, 1, 2}) {
        auto& own = memories[static_cast<std::size_t>(i)];
        EXPECT_EQ(world.read(world.come(own), own).recovered, i > 0);
    }
}

TEST_F(RecoveryTest, KeepsNoMoreBytesOfSessionsThanItsBounds) {
    world.options.connection_state_recovery->session_bytes_max = 100;
    auto& client = connect();
    world.socket().data() = Value(std::string(60, 'x'));
    RecoveryWorld::lose(client);
    EXPECT_EQ(counters().recoverable_sessions, 1U);
    auto first = memory;
    memory = {};
    auto& other = connect();
    world.socket().join(std::string(50, 'r'));
    RecoveryWorld::lose(other);
    EXPECT_EQ(counters().recoverable_sessions, 1U);
    EXPECT_TRUE(come_back().recovered);
    EXPECT_FALSE(world.read(world.come(first), first).recovered) << "the oldest goes first";
}

// ---- Middlewares -------------------------------------------------------------------------------

class RecoveryMiddlewareTest : public RecoveryTest {
protected:
    RecoveryMiddlewareTest() {
        world.root().use([this](Socket& socket, const Next& next) {
            ++asked;
            if (socket.recovered()) socket.emit("from the middleware");
            if (!holds) return next();
            waiting = next;
        });
    }
    void ask_again() { world.options.connection_state_recovery->skip_middlewares = false; }

    int asked = 0;
    bool holds = false;
    std::optional<Next> waiting;
};

TEST_F(RecoveryMiddlewareTest, AreNotAskedAgain) {
    RecoveryWorld::lose(connect());
    EXPECT_TRUE(come_back().recovered);
    EXPECT_EQ(asked, 1);
}

TEST_F(RecoveryMiddlewareTest, AreAskedAgainWhenTheyAreNotToBeSkipped) {
    ask_again();
    RecoveryWorld::lose(connect());
    world.root().emit("missed");
    holds = true;
    auto& client = world.come(memory);
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(client.read(), Texts{});
    world.root().emit("meanwhile");
    world.root().to(sid).emit("meanwhile too");
    (*waiting)();
    const auto back = world.read(client, memory);
    EXPECT_TRUE(back.recovered);
    EXPECT_EQ(back.texts, (Texts{R"(2["missed"])", R"(2["from the middleware"])",
                                 R"(2["meanwhile"])", R"(2["meanwhile too"])", "CONNECT"}));
}

TEST_F(RecoveryMiddlewareTest, WhoIsRefusedDoesNotComeBack) {
    ask_again();
    RecoveryWorld::lose(connect());
    holds = true;
    const auto before = memory;
    auto& client = world.come(memory);
    waiting->refuse("no");
    EXPECT_EQ(client.read(), Texts{R"(4{"message":"no"})"});
    holds = false;
    memory = before;
    EXPECT_FALSE(come_back().recovered);
}

TEST_F(RecoveryMiddlewareTest, WhoseConnectionIsLostMeanwhileMayComeBackInItsTime) {
    ask_again();
    RecoveryWorld::lose(connect());
    world.root().emit("missed");
    holds = true;
    world.pass(Milliseconds(100'000));
    RecoveryWorld::lose(world.come(memory));
    EXPECT_EQ(counters().recoverable_sessions, 1U);
    holds = false;
    world.pass(Milliseconds(19'000));
    const auto back = come_back();
    EXPECT_TRUE(back.recovered);
    EXPECT_EQ(back.texts.front(), R"(2["missed"])");

    memory = {};
    RecoveryWorld::lose(connect());
    holds = true;
    world.pass(Milliseconds(100'000));
    RecoveryWorld::lose(world.come(memory));
    holds = false;
    world.pass(Milliseconds(21'000));
    EXPECT_FALSE(come_back().recovered) << "trying does not prolong it";
}

TEST_F(RecoveryMiddlewareTest, TheNewestConnectionWinsOverOneThatWaits) {
    ask_again();
    RecoveryWorld::lose(connect());
    holds = true;
    auto& waits = world.come(memory);
    holds = false;
    const auto back = come_back();
    EXPECT_TRUE(back.recovered);
    EXPECT_FALSE(waits.is_open());
    (*waiting)();
    EXPECT_EQ(world.hub().find_namespace("/")->sockets().size(), 1U);
}

// ---- Namespaces --------------------------------------------------------------------------------

TEST_F(RecoveryTest, ANamespaceThatIsClosedForgetsItsSockets) {
    auto& chart = world.make_namespace("/chart");
    auto& client = world.come(memory, "/chart");
    world.read(client, memory);
    RecoveryWorld::lose(client);
    Memory in_root;
    auto& other = world.come(in_root);
    world.read(other, in_root);
    RecoveryWorld::lose(other);
    EXPECT_EQ(world.recovery().sessions(), 2U);
    world.hub().close_namespace("/chart");
    EXPECT_EQ(world.recovery().sessions(), 1U);
    world.hub().add_namespace(chart);
    EXPECT_FALSE(world.read(world.come(memory, "/chart"), memory).recovered);
    EXPECT_TRUE(world.read(world.come(in_root), in_root).recovered);
}

TEST_F(RecoveryTest, ANamespaceThatClosedBehindItsLastSocketOpensForWhoComesBack) {
    (void)world.make_namespace("/child");
    auto& client = world.come(memory, "/child");
    world.read(client, memory);
    RecoveryWorld::lose(client);
    EXPECT_TRUE(world.hub().close_if_deserted("/child"));
    EXPECT_EQ(world.recovery().sessions(), 1U);
}

}  // namespace
}  // namespace socketio::hub
