// The way into a namespace: middlewares that decide at once, later, twice or never.

#include "hub/admissions.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace socketio::hub {
namespace {

using namespace std::chrono_literals;

class MiddlewareTest : public testing::Test {
protected:
    MiddlewareTest() {
        world.root().on_connection([this](Socket&) { log.emplace_back("connected"); });
    }
    TestClient& attempt() {
        auto& client = world.connect_engine();
        client.send("0");
        return client;
    }
    static bool was_connected(TestClient& client) {
        const auto packets = client.read();
        return packets.size() == 1 && packets[0].starts_with("0{\"sid\"");
    }

    World world;
    Texts log;
    std::optional<Next> kept;
};

TEST_F(MiddlewareTest, RunsInOrderAndConnectsAfterTheLast) {
    for (const auto* name : {"one", "two", "three"}) {
        world.root().use([this, name](Socket& socket, const Next& next) {
            EXPECT_FALSE(socket.connected());
            log.emplace_back(name);
            next();
            log.emplace_back("after");
        });
    }
    auto& client = attempt();
    EXPECT_EQ(log, (Texts{"one", "after", "two", "after", "three", "after", "connected"}));
    EXPECT_TRUE(was_connected(client));
}

TEST_F(MiddlewareTest, ARefusalEndsTheChain) {
    world.root().use([](Socket&, const Next& next) { next.refuse("not authorized"); });
    world.root().use([this](Socket&, const Next& next) {
        log.emplace_back("never");
        next();
    });
    EXPECT_EQ(attempt().read(), Texts{R"(4{"message":"not authorized"})"});
    EXPECT_TRUE(log.empty());
}

TEST_F(MiddlewareTest, ARefusalMayCarryDataAndTheClientMayTryAgain) {
    bool allow = false;
    world.root().use([&](Socket&, const Next& next) {
        if (allow) return next();
        next.refuse("not authorized", Object{{"code", 403}});
    });
    auto& client = attempt();
    EXPECT_EQ(client.read(), Texts{R"(4{"message":"not authorized","data":{"code":403}})"});
    EXPECT_TRUE(client.is_open());
    allow = true;
    client.send("0");
    EXPECT_TRUE(was_connected(client));
}

TEST_F(MiddlewareTest, ADecisionMayComeLater) {
    world.root().use([this](Socket&, const Next& next) { kept = next; });
    world.root().use([this](Socket&, const Next& next) {
        log.emplace_back("second");
        next();
    });
    auto& client = attempt();
    EXPECT_TRUE(client.read().empty());
    world.pass(1'000ms);
    (*kept)();
    EXPECT_EQ(log, (Texts{"second", "connected"}));
    EXPECT_TRUE(was_connected(client));
}

TEST_F(MiddlewareTest, ARefusalMayComeLater) {
    world.root().use([this](Socket&, const Next& next) { kept = next; });
    auto& client = attempt();
    kept->refuse("too late");
    EXPECT_EQ(client.read(), Texts{R"(4{"message":"too late"})"});
    (*kept)();
    EXPECT_TRUE(client.read().empty()) << "only the first decision counts";
}

TEST_F(MiddlewareTest, OnlyTheFirstDecisionOfEachMiddlewareCounts) {
    world.root().use([this](Socket&, const Next& next) {
        kept = next;
        next();
        next();
        next.refuse("no");
    });
    std::optional<Next> second;
    world.root().use([&](Socket&, const Next& next) { second = next; });
    auto& client = attempt();
    (*kept)();
    EXPECT_TRUE(client.read().empty()) << "the first one's decision is not the second one's";
    (*second)();
    EXPECT_TRUE(was_connected(client));
    (*second)();
    EXPECT_EQ(log, Texts{"connected"});
}

TEST_F(MiddlewareTest, WithoutADecisionTheSocketIsRefused) {
    world.root().use([](Socket&, const Next&) {});
    EXPECT_EQ(attempt().read(), Texts{R"(4{"message":"Connection refused"})"});
}

TEST_F(MiddlewareTest, TheLastCopyThatGoesWithoutADecisionRefuses) {
    world.root().use([this](Socket&, const Next& next) { kept = next; });
    auto& client = attempt();
    auto copy = kept;
    kept.reset();
    EXPECT_TRUE(client.read().empty());
    copy.reset();
    EXPECT_EQ(client.read(), Texts{R"(4{"message":"Connection refused"})"});
}

TEST_F(MiddlewareTest, WhatItThrowsIsLoggedAndNotTold) {
    world.root().use([](Socket&, const Next&) { throw std::runtime_error("the secret is 42"); });
    EXPECT_EQ(attempt().read(), Texts{R"(4{"message":"Internal server error"})"});
    EXPECT_EQ(world.logged.back().event, "handler failed");
    const auto expected =
        base::LogFields{{"nsp", "/"}, {"event", "middleware"}, {"what", "the secret is 42"}};
    EXPECT_EQ(world.logged.back().fields, expected);
}

TEST_F(MiddlewareTest, AClientThatGoesMeanwhileIsForgotten) {
    world.root().use([this](Socket& socket, const Next& next) {
        kept = next;
        socket.join("room");
    });
    auto& client = attempt();
    client.lose(DisconnectReason::transport_close);
    world.destroy_clients();
    world.settle();
    (*kept)();
    EXPECT_TRUE(log.empty());
    world.root().to("room").emit("x");
}

TEST_F(MiddlewareTest, AClientThatIsClosedInsideAMiddlewareGoesNoFurther) {
    TestClient* client = nullptr;
    world.root().use([&](Socket&, const Next& next) {
        client->lose(DisconnectReason::transport_close);
        next();
    });
    world.root().use([this](Socket&, const Next& next) {
        log.emplace_back("never");
        next();
    });
    client = &world.connect_engine();
    client->send("0");
    EXPECT_TRUE(log.empty());
}

TEST_F(MiddlewareTest, WhatIsEmittedBeforeGoesOutAfterTheConnectReply) {
    world.root().use([this](Socket& socket, const Next& next) {
        socket.emit("early", 1);
        socket.emit("early", 2);
        kept = next;
    });
    world.root().on_connection([](Socket& socket) { socket.emit("welcome"); });
    auto& client = attempt();
    EXPECT_TRUE(client.read().empty());
    (*kept)();
    const auto packets = client.read();
    ASSERT_EQ(packets.size(), 4U);
    EXPECT_EQ(packets[0].substr(0, 8), R"(0{"sid":)");
    EXPECT_EQ((Texts{packets.begin() + 1, packets.end()}),
              (Texts{R"(2["early",1])", R"(2["early",2])", R"(2["welcome"])"}));
}

TEST_F(MiddlewareTest, WhatIsEmittedBeforeARefusalIsGone) {
    boost::system::error_code ec;
    world.root().use([&](Socket& socket, const Next& next) {
        socket.emit("early");
        socket.emit_with_ack("question", {}, 0ms,
                             [&](boost::system::error_code result, const Args&) { ec = result; });
        next.refuse("no");
    });
    EXPECT_EQ(attempt().read(), Texts{R"(4{"message":"no"})"});
    EXPECT_EQ(ec, errc::disconnected);
}

TEST_F(MiddlewareTest, BoundsWhatIsEmittedBefore) {
    world.options.send_queue_packets_max = 10;
    world.root().use([](Socket& socket, const Next& next) {
        for (int i = 0; i < 11; ++i) socket.emit("early");
        next();
    });
    EXPECT_EQ(attempt().read(), Texts{R"(4{"message":"Too many messages before the connection"})"});
}

TEST_F(MiddlewareTest, RoomsMayBeJoinedButNothingIsReceivedBeforeTheConnection) {
    world.root().use([this](Socket& socket, const Next& next) {
        EXPECT_TRUE(socket.join("room"));
        kept = next;
    });
    auto& client = attempt();
    world.root().to("room").emit("x");
    world.root().emit("y");
    EXPECT_TRUE(client.read().empty());
    (*kept)();
    client.read();
    world.root().to("room").emit("z");
    EXPECT_EQ(client.read(), Texts{R"(2["z"])"});
}

TEST_F(MiddlewareTest, DisconnectDoesNothingBeforeTheConnection) {
    world.root().use([](Socket& socket, const Next& next) {
        socket.disconnect();
        socket.disconnect(true);
        next();
    });
    auto& client = attempt();
    EXPECT_TRUE(was_connected(client));
}

TEST_F(MiddlewareTest, RootMiddlewaresDoNotRunForOtherNamespaces) {
    world.root().use([](Socket&, const Next& next) { next.refuse("root only"); });
    world.make_namespace("/other");
    auto& client = world.connect_engine();
    client.send("0/other,");
    EXPECT_TRUE(client.read().front().starts_with("0/other,"));
}

TEST_F(MiddlewareTest, AHandlerOfAnEarlierConnectionMayDisconnectBeforeTheNextOneRuns) {
    log.clear();
    World own;
    own.root().on_connection([&](Socket& socket) { socket.disconnect(); });
    own.root().on_connection([&](Socket&) { log.emplace_back("never"); });
    auto& client = own.connect_engine();
    client.send("0");
    EXPECT_EQ(client.read().back(), "1");
    EXPECT_TRUE(log.empty());
}

}  // namespace
}  // namespace socketio::hub
