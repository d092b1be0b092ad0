// Events in, handlers that change themselves, and the order of leaving.

#include "hub/socket_state.hpp"

#include "unit/hub/world.hpp"
#include "wire/json.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace socketio::hub {
namespace {

using namespace std::chrono_literals;

class SocketStateTest : public testing::Test {
protected:
    SocketStateTest() {
        world.root().on_connection([this](Socket& connected) { socket = &connected; });
    }

    World world;
    Socket* socket = nullptr;
    Texts log;
};

// ---- Events ------------------------------------------------------------------------------------

TEST_F(SocketStateTest, PassesArgumentsWithTheirAttachments) {
    Args seen;
    auto& client = world.connect();
    socket->on("x", [&](Socket&, const Args& args) { seen = args; });
    client.send(R"(52-["x",1,{"_placeholder":true,"num":1},{"a":{"_placeholder":true,"num":0}}])");
    EXPECT_TRUE(seen.empty());
    client.send_binary("zero");
    client.send_binary("one");
    EXPECT_EQ(seen, (Args{1, Binary("one"), Object{{"a", Binary("zero")}}}));
}

TEST_F(SocketStateTest, DropsEventsThatComeTooFastAndTellsOfThem) {
    world.options.events_per_second_max = 2;
    auto& client = world.connect();
    socket->on("x", [&](Socket&, const Args& args) { log.push_back(wire::to_json(args.at(0))); });
    socket->on_any([&](Socket&, std::string_view, const Args&) { log.emplace_back("any"); });
    socket->on_error([&](Socket&, const EventRefusal& refusal) {
        log.push_back(std::string(refusal.event) + ": " + std::string(refusal.message));
    });
    for (int i = 0; i < 3; ++i) client.send("2[\"x\"," + std::to_string(i) + "]");
    EXPECT_EQ(log, (Texts{"any", "0", "any", "1", "x: Too many events"}));
    log.clear();
    world.pass(500ms);
    client.send("20[\"x\",3]");
    client.send("21[\"x\",4]");
    EXPECT_EQ(log, (Texts{"any", "3", "x: Too many events"}));
    EXPECT_TRUE(client.is_open());
    EXPECT_EQ(world.counters.events_refused, 2U);
}

TEST_F(SocketStateTest, TakesABurstOfEventsAsLongAsItIsTold) {
    world.options.events_per_second_max = 1;
    world.options.events_burst_max = 4;
    auto& client = world.connect();
    int handled = 0;
    socket->on("x", [&](Socket&) { ++handled; });
    for (int i = 0; i < 10; ++i) client.send("2[\"x\"]");
    EXPECT_EQ(handled, 4);
    EXPECT_EQ(world.counters.events_refused, 6U) << "nobody has to be told";
}

TEST_F(SocketStateTest, DisconnectsWhoSendsEventsTooFastIfItIsTold) {
    world.options.events_per_second_max = 1;
    world.options.event_rate_action = EventRateAction::disconnect;
    world.make_namespace("/other");
    auto& client = world.connect();
    Reasons reasons;
    socket->on_disconnect([&](Socket&, DisconnectReason reason) { reasons.push_back(reason); });
    client.send("0/other,");
    client.read();
    client.send("2[\"x\"]");
    client.send("2[\"x\"]");
    EXPECT_EQ(client.transport().ended, engine::TransportPort::Ending::after_queue);
    EXPECT_EQ(reasons, Reasons{DisconnectReason::server_namespace_disconnect});
    EXPECT_FALSE(client.is_open());
    EXPECT_EQ(world.logged.back().event, "client disconnected for its event rate");
}

TEST_F(SocketStateTest, AnswersAreNoEvents) {
    world.options.events_per_second_max = 1;
    auto& client = world.connect();
    int answers = 0;
    for (int i = 0; i < 5; ++i) {
        socket->emit_with_ack("ask", {}, 0ms,
                              [&](boost::system::error_code, const Args&) { ++answers; });
    }
    for (int i = 0; i < 5; ++i) client.send("3" + std::to_string(i) + "[]");
    EXPECT_EQ(answers, 5);
}

TEST_F(SocketStateTest, NumbersNameEventsToo) {
    auto& client = world.connect();
    socket->on("1", [&](Socket&) { log.emplace_back("1"); });
    socket->on("1.5", [&](Socket&) { log.emplace_back("1.5"); });
    client.send("2[1,2]");
    client.send("2[1.5]");
    EXPECT_EQ(log, (Texts{"1", "1.5"}));
}

TEST_F(SocketStateTest, AnyHandlersSeeEachEventFirst) {
    auto& client = world.connect();
    socket->on("x", [&](Socket&) { log.emplace_back("x"); });
    socket->on_any([&](Socket&, std::string_view event, const Args& args) {
        log.push_back("any " + std::string(event) + ' ' + std::to_string(args.size()));
    });
    client.send("2[\"x\",1]");
    client.send("2[\"nobody\"]");
    EXPECT_EQ(log, (Texts{"any x 1", "x", "any nobody 0"}));
}

TEST_F(SocketStateTest, WhatAnAnyHandlerAddsDoesNotSeeThisEvent) {
    auto& client = world.connect();
    socket->on_any([&](Socket& from, std::string_view, const Args&) {
        from.on_any([&](Socket&, std::string_view, const Args&) { log.emplace_back("added"); });
    });
    client.send("2[\"x\"]");
    EXPECT_TRUE(log.empty());
    client.send("2[\"y\"]");
    EXPECT_EQ(log, Texts{"added"});
}

TEST_F(SocketStateTest, AHandlerMayRemoveOrReplaceItselfWhileItRuns) {
    auto& client = world.connect();
    const std::string kept(100, 'k');
    socket->on("once", [&, kept](Socket& from) {
        from.off("once");
        log.push_back(kept);
    });
    socket->on("swap", [&, kept](Socket& from) {
        from.on("swap", [&](Socket&) { log.emplace_back("second"); });
        log.push_back(kept);
    });
    for (const auto* event : {"once", "once", "swap", "swap"}) {
        client.send("2[\"" + std::string(event) + "\"]");
    }
    EXPECT_EQ(log, (Texts{kept, kept, "second"}));
}

TEST_F(SocketStateTest, NoEventReachesASocketThatAnAnyHandlerDisconnected) {
    auto& client = world.connect();
    socket->on("x", [&](Socket&) { log.emplace_back("never"); });
    socket->on_any([](Socket& from, std::string_view, const Args&) { from.disconnect(); });
    client.send("2[\"x\"]");
    EXPECT_TRUE(log.empty());
    EXPECT_EQ(client.read(), Texts{"1"});
}

// ---- Leaving -----------------------------------------------------------------------------------

TEST_F(SocketStateTest, RoomsAreJoinedWhileDisconnectingAndLeftAtDisconnect) {
    auto& client = world.connect();
    auto& witness = world.connect();
    (void)witness;
    socket->join("a");
    const std::string id(socket->id());
    socket->on_disconnecting([&](Socket& leaving, DisconnectReason reason) {
        EXPECT_EQ(reason, DisconnectReason::transport_close);
        EXPECT_EQ(leaving.rooms(), (Texts{id, "a"}));
        EXPECT_TRUE(leaving.connected());
        log.emplace_back("disconnecting");
    });
    socket->on_disconnect([&](Socket& left, DisconnectReason reason) {
        EXPECT_EQ(reason, DisconnectReason::transport_close);
        EXPECT_TRUE(left.rooms().empty());
        EXPECT_FALSE(left.connected());
        EXPECT_FALSE(left.join("b"));
        log.emplace_back("disconnect");
    });
    witness.lose(DisconnectReason::transport_close);
    EXPECT_EQ(log, (Texts{"disconnecting", "disconnect"}));
    EXPECT_TRUE(client.is_open());
}

TEST_F(SocketStateTest, PendingAcksFailBetweenDisconnectingAndDisconnect) {
    auto& client = world.connect();
    socket->emit_with_ack("ask", {}, std::chrono::milliseconds(0),
                          [&](boost::system::error_code, const Args&) { log.emplace_back("ack"); });
    socket->on_disconnecting([&](Socket&, DisconnectReason) { log.emplace_back("disconnecting"); });
    socket->on_disconnect([&](Socket&, DisconnectReason) { log.emplace_back("disconnect"); });
    client.send("1");
    EXPECT_EQ(log, (Texts{"disconnecting", "ack", "disconnect"}));
}

TEST_F(SocketStateTest, HandlersOfLeavingAddUpInOrder) {
    world.connect();
    socket->on_disconnect([&](Socket& left, DisconnectReason) {
        log.emplace_back("one");
        left.on_disconnect([&](Socket&, DisconnectReason) { log.emplace_back("never"); });
    });
    socket->on_disconnect([&](Socket&, DisconnectReason) { log.emplace_back("two"); });
    socket->disconnect();
    EXPECT_EQ(log, (Texts{"one", "two"}));
}

TEST_F(SocketStateTest, DisconnectTellsTheClientAndNothingFollows) {
    auto& client = world.connect();
    socket->on_disconnecting([&](Socket& leaving, DisconnectReason) {
        leaving.emit("too late");
        world.root().emit("not to the one that leaves");
        leaving.disconnect();
    });
    socket->on_disconnect([](Socket& left, DisconnectReason) { left.emit("too late"); });
    socket->disconnect();
    socket->emit("too late");
    socket->disconnect();
    world.root().emit("too late");
    EXPECT_EQ(client.read(), Texts{"1"});
    EXPECT_TRUE(client.is_open());
}

TEST_F(SocketStateTest, DisconnectAndCloseLeavesEveryNamespaceFirst) {
    Texts reasons;
    auto& admin = world.make_namespace("/admin");
    for (auto* nsp : {&world.root(), &admin}) {
        nsp->on_connection([&](Socket& connected) {
            connected.on_disconnect([&](Socket& left, DisconnectReason reason) {
                reasons.push_back(left.nsp().name() + ' ' + std::string(to_string(reason)));
            });
        });
    }
    auto& client = world.connect();
    client.send("0/admin,");
    client.read();
    socket->disconnect(true);
    EXPECT_EQ(reasons,
              (Texts{"/ server namespace disconnect", "/admin server namespace disconnect"}));
    EXPECT_EQ(client.transport().left_at_end, 2U) << "both are told";
    EXPECT_EQ(client.transport().ended, engine::TransportPort::Ending::after_queue);
    EXPECT_FALSE(client.is_open());
}

TEST_F(SocketStateTest, ADisconnectingHandlerMayCloseTheWholeConnection) {
    int told = 0;
    auto& client = world.connect();
    socket->on_disconnecting([&](Socket& leaving, DisconnectReason) { leaving.disconnect(true); });
    socket->on_disconnect([&](Socket&, DisconnectReason reason) {
        ++told;
        EXPECT_EQ(reason, DisconnectReason::server_namespace_disconnect);
    });
    socket->disconnect();
    EXPECT_EQ(told, 1);
    EXPECT_FALSE(client.is_open());
}

TEST_F(SocketStateTest, TheSocketIsValidUntilItsHandlerHasReturned) {
    auto& client = world.connect();
    socket->data() = std::string(100, 'd');
    socket->on("bye", [&](Socket& from, const Args&, const Ack& ack) {
        from.disconnect(true);
        EXPECT_EQ(std::any_cast<const std::string&>(from.data()), std::string(100, 'd'));
        EXPECT_FALSE(from.connected());
        EXPECT_FALSE(from.id().empty());
        from.emit("nothing");
        ack.reply("nothing");
        log.emplace_back("done");
    });
    client.send("20[\"bye\"]");
    EXPECT_EQ(log, Texts{"done"});
    EXPECT_FALSE(client.is_open());
}

TEST_F(SocketStateTest, WhatASocketHeldIsFreedSoonAfterItLeft) {
    auto& client = world.connect();
    const auto held = std::make_shared<int>(1);
    socket->data() = held;
    socket->on("x", [held](Socket&) {});
    client.send("1");
    EXPECT_EQ(held.use_count(), 3);
    world.settle();
    EXPECT_EQ(held.use_count(), 1);
    EXPECT_TRUE(client.is_open());
}

}  // namespace
}  // namespace socketio::hub
