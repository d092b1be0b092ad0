// Catch-all handlers in both directions, `once`, and taking handlers away.

#include "hub/handler_list.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

namespace socketio::hub {
namespace {

class HandlerListTest : public testing::Test {
protected:
    HandlerListTest() {
        world.root().on_connection([this](Socket& connected) { socket = &connected; });
    }
    AnyHandler note(std::string name) {
        return [this, name](Socket&, std::string_view event, const Args& args) {
            log.push_back(name + ' ' + std::string(event) + ' ' + std::to_string(args.size()));
        };
    }

    World world;
    Socket* socket = nullptr;
    Texts log;
};

TEST_F(HandlerListTest, AnyHandlersRunInOrderWithPrependedOnesFirst) {
    auto& client = world.connect();
    socket->on_any(note("one"));
    socket->on_any(note("two"));
    socket->prepend_any(note("zero"));
    client.send("2[\"x\",1]");
    EXPECT_EQ(log, (Texts{"zero x 1", "one x 1", "two x 1"}));
}

TEST_F(HandlerListTest, TakesAwayOneAnyHandlerOrAll) {
    auto& client = world.connect();
    const auto one = socket->on_any(note("one"));
    socket->on_any(note("two"));
    socket->off_any(one);
    socket->off_any(one);
    client.send("2[\"x\"]");
    EXPECT_EQ(log, Texts{"two x 0"});
    socket->off_any();
    client.send("2[\"x\"]");
    EXPECT_EQ(log.size(), 1U);
}

TEST_F(HandlerListTest, OneThatIsRemovedMeanwhileIsCalledForThisEventYet) {
    auto& client = world.connect();
    HandlerId second{};
    socket->on_any([&](Socket& from, std::string_view, const Args&) {
        from.off_any();
        from.on_any(note("added"));
    });
    second = socket->on_any(note("two"));
    (void)second;
    client.send("2[\"x\"]");
    EXPECT_EQ(log, Texts{"two x 0"});
    client.send("2[\"y\"]");
    EXPECT_EQ(log, (Texts{"two x 0", "added y 0"}));
}

TEST_F(HandlerListTest, OnceIsOnce) {
    auto& client = world.connect();
    socket->once("x", [&](Socket& from, const Args& args) {
        log.push_back("once " + std::to_string(args.size()));
        from.once("y", [&](Socket&) { log.emplace_back("y"); });
    });
    for (const auto* event : {"2[\"x\",1]", "2[\"x\"]", "2[\"y\"]", "2[\"y\"]"}) client.send(event);
    EXPECT_EQ(log, (Texts{"once 1", "y"}));
}

TEST_F(HandlerListTest, OffTakesAwayAllHandlersOfTheSocketAndNotThoseOfTheNamespace) {
    world.root().on("x", [&](Socket&) { log.emplace_back("common"); });
    auto& client = world.connect();
    socket->on("x", [&](Socket&) { log.emplace_back("own"); });
    socket->on("y", [&](Socket&) { log.emplace_back("own"); });
    socket->off();
    client.send("2[\"x\"]");
    client.send("2[\"y\"]");
    EXPECT_EQ(log, Texts{"common"});
}

// ---- Outgoing ----------------------------------------------------------------------------------

TEST_F(HandlerListTest, OutgoingHandlersSeeEmitsQuestionsAndBroadcasts) {
    world.connect();
    world.connect();
    socket->join("room");
    socket->on_any_outgoing(note("two"));
    socket->prepend_any_outgoing(note("one"));
    socket->emit("emit", 1);
    socket->emit_with_ack("ask", {1, 2}, std::chrono::milliseconds(0),
                          [](boost::system::error_code, const Args&) {});
    world.root().emit("all", Binary("x"), 2, 3);
    world.root().to("room").emit("room");
    socket->broadcast().emit("not to itself");
    socket->send(world.root().encode("encoded", {1}));
    world.root().emit(world.root().encode("encoded again", {}));
    EXPECT_EQ(log, (Texts{"one emit 1", "two emit 1", "one ask 2", "two ask 2", "one all 3",
                          "two all 3", "one room 0", "two room 0", "one encoded 1", "two encoded 1",
                          "one encoded again 0", "two encoded again 0"}));
}

TEST_F(HandlerListTest, OutgoingHandlersSeeWhatTheClientReads) {
    world.connect();
    Args seen;
    socket->on_any_outgoing([&](Socket&, std::string_view, const Args& args) { seen = args; });
    const Args sent{"text", 1, 2.5, Object{{"bytes", Binary("\x01")}}, Binary("\x02"), nullptr};
    world.root().everyone().send("x", sent);
    EXPECT_EQ(seen, sent);
}

TEST_F(HandlerListTest, AcksAreNoOutgoingEvents) {
    auto& client = world.connect();
    socket->on("ask", [](Socket&, const Args&, const Ack& ack) { ack.reply(1); });
    socket->on_any_outgoing(note("out"));
    client.send("20[\"ask\"]");
    EXPECT_TRUE(log.empty());
    EXPECT_EQ(client.read(), Texts{"30[1]"});
}

TEST_F(HandlerListTest, OutgoingHandlersGoWithTheirSocketOrWhenTakenAway) {
    auto& client = world.connect();
    auto& state = *world.hub().find_namespace("/");
    EXPECT_FALSE(state.has_outgoing_handlers());
    const auto one = socket->on_any_outgoing(note("one"));
    const auto two = socket->on_any_outgoing(note("two"));
    EXPECT_TRUE(state.has_outgoing_handlers());
    socket->off_any_outgoing(one);
    EXPECT_TRUE(state.has_outgoing_handlers());
    socket->off_any_outgoing(two);
    socket->off_any_outgoing(two);
    EXPECT_FALSE(state.has_outgoing_handlers());
    socket->on_any_outgoing(note("three"));
    socket->off_any_outgoing();
    EXPECT_FALSE(state.has_outgoing_handlers());
    socket->on_any_outgoing(note("four"));
    client.send("1");
    EXPECT_FALSE(state.has_outgoing_handlers());
}

TEST_F(HandlerListTest, AnOutgoingHandlerMayDisconnectItsSocket) {
    auto& client = world.connect();
    auto& other = world.connect();
    socket->on_any_outgoing([](Socket& from, std::string_view, const Args&) { from.disconnect(); });
    world.root().emit("x");
    EXPECT_EQ(other.read(), Texts{"1"});
    EXPECT_EQ(client.read(), Texts{R"(2["x"])"});
}

TEST_F(HandlerListTest, MessageIsAnEventLikeOthers) {
    auto& client = world.connect();
    socket->emit_message("hi", 1);
    world.root().emit_message("all");
    world.root().except("nobody").emit_message();
    EXPECT_EQ(client.read(),
              (Texts{R"(2["message","hi",1])", R"(2["message","all"])", R"(2["message"])"}));
}

}  // namespace
}  // namespace socketio::hub
