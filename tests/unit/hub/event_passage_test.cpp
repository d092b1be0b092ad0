// Middlewares of single events: what they let through, change, hold up and refuse.

#include "hub/event_passage.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

namespace socketio::hub {
namespace {

class EventPassageTest : public testing::Test {
protected:
    EventPassageTest() {
        world.root().on_connection([this](Socket& connected) { socket = &connected; });
    }
    /// Connects a client whose event `x` is logged with its arguments.
    TestClient& connect() {
        auto& client = world.connect();
        socket->on("x", [this](Socket&, const Args& args) {
            log.push_back("x " + std::to_string(args.size()));
        });
        socket->on_error([this](Socket&, const EventRefusal& refusal) {
            log.push_back("error " + std::string(refusal.event) + ' ' +
                          std::string(refusal.message));
        });
        return client;
    }
    EventMiddleware pass_as(std::string name) {
        return [this, name](Socket&, IncomingEvent&, const NextEvent& next) {
            log.push_back(name);
            next();
            log.push_back(name + " done");
        };
    }

    World world;
    Socket* socket = nullptr;
    Texts log;
    std::optional<NextEvent> kept;
};

TEST_F(EventPassageTest, RunsInOrderAfterAnyHandlersAndBeforeTheHandler) {
    auto& client = connect();
    socket->use(pass_as("one"));
    socket->use(pass_as("two"));
    socket->on_any([&](Socket&, std::string_view, const Args&) { log.emplace_back("any"); });
    client.send("2[\"x\"]");
    EXPECT_EQ(log, (Texts{"any", "one", "one done", "two", "two done", "x 0"}));
}

TEST_F(EventPassageTest, MayChangeTheEvent) {
    auto& client = connect();
    socket->use([](Socket&, IncomingEvent& event, const NextEvent& next) {
        event.name = "x";
        event.args.emplace_back("more");
        next();
    });
    client.send("2[\"another\",1]");
    EXPECT_EQ(log, Texts{"x 2"});
}

TEST_F(EventPassageTest, TellsErrorHandlersAndNotTheClientOfARefusal) {
    auto& client = connect();
    Value data;
    socket->on_error([&](Socket&, const EventRefusal& refusal) { data = refusal.data; });
    socket->use([](Socket&, IncomingEvent&, const NextEvent& next) {
        next.refuse("no", Object{{"code", 7}});
        next();
    });
    socket->use(pass_as("never"));
    client.send("20[\"x\"]");
    EXPECT_EQ(log, Texts{"error x no"});
    EXPECT_EQ(data, Value(Object{{"code", 7}}));
    EXPECT_TRUE(client.read().empty());
    EXPECT_TRUE(client.is_open());
}

TEST_F(EventPassageTest, LogsARefusalThatNobodyHandles) {
    auto& client = world.connect();
    socket->use([](Socket&, IncomingEvent&, const NextEvent& next) { next.refuse("no"); });
    client.send("2[\"x\"]");
    ASSERT_EQ(world.logged.size(), 1U);
    EXPECT_EQ(world.logged[0].event, "event refused");
}

TEST_F(EventPassageTest, OneThatThrowsRefuses) {
    auto& client = connect();
    socket->use(
        [](Socket&, IncomingEvent&, const NextEvent&) { throw std::runtime_error("oops"); });
    client.send("2[\"x\"]");
    EXPECT_EQ(log, Texts{"error x Internal server error"});
    ASSERT_EQ(world.logged.size(), 1U);
    EXPECT_EQ(world.logged[0].event, "handler failed");
}

TEST_F(EventPassageTest, OneMayDecideLaterWithoutHoldingUpOthers) {
    auto& client = connect();
    socket->use([this](Socket&, IncomingEvent& event, const NextEvent& next) {
        if (event.args.empty()) return next();
        kept = next;
    });
    socket->use(pass_as("two"));
    client.send("2[\"x\",1]");
    client.send("2[\"x\"]");
    EXPECT_EQ(log, (Texts{"two", "two done", "x 0"}));
    log.clear();
    (*kept)();
    (*kept)();
    kept->refuse("too late");
    EXPECT_EQ(log, (Texts{"two", "two done", "x 1"}));
}

TEST_F(EventPassageTest, OneMayRefuseLater) {
    auto& client = connect();
    socket->use([this](Socket&, IncomingEvent&, const NextEvent& next) { kept = next; });
    client.send("2[\"x\"]");
    kept->refuse("no");
    (*kept)();
    EXPECT_EQ(log, Texts{"error x no"});
}

TEST_F(EventPassageTest, AnEventThatNobodyDecidesIsDropped) {
    auto& client = connect();
    socket->use([](Socket&, IncomingEvent&, const NextEvent&) {});
    client.send("2[\"x\"]");
    EXPECT_TRUE(log.empty());
    EXPECT_TRUE(world.logged.empty());
}

TEST_F(EventPassageTest, NothingIsDecidedForASocketThatHasLeft) {
    auto& client = connect();
    socket->use([this](Socket&, IncomingEvent&, const NextEvent& next) { kept = next; });
    client.send("2[\"x\"]");
    client.lose(DisconnectReason::transport_close);
    (*kept)();
    world.settle();
    kept->refuse("no");
    kept.reset();
    EXPECT_TRUE(log.empty());
}

TEST_F(EventPassageTest, OneThatDisconnectsEndsTheEvent) {
    auto& client = connect();
    socket->use([](Socket& from, IncomingEvent&, const NextEvent& next) {
        from.disconnect();
        next();
    });
    socket->use(pass_as("never"));
    client.send("2[\"x\"]");
    EXPECT_TRUE(log.empty());
    EXPECT_EQ(client.read(), Texts{"1"});
}

TEST_F(EventPassageTest, TheAckGoesWithTheEvent) {
    auto& client = world.connect();
    socket->on("ask", [](Socket&, const Args& args, const Ack& ack) { ack.send(args); });
    socket->use([this](Socket&, IncomingEvent&, const NextEvent& next) { kept = next; });
    client.send("25[\"ask\",1]");
    EXPECT_TRUE(client.read().empty());
    (*kept)();
    EXPECT_EQ(client.read(), Texts{"35[1]"});
}

}  // namespace
}  // namespace socketio::hub
