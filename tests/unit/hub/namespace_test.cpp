// Setting a namespace up, and handlers that all its sockets share.

#include "socketio/namespace.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace socketio::hub {
namespace {

TEST(NamespaceTest, EachStepOfSettingUpAsksWhetherItMay) {
    World world;
    world.root()
        .use([](Socket&, const Next& next) { next(); })
        .on_connection([](Socket&) {})
        .on("x", [](Socket&) {})
        .on_backlog([](Socket&) {})
        .on_drain([](Socket&) {});
    EXPECT_EQ(world.setup_checks, 5);
    EXPECT_EQ(world.root().setup().backlog_handlers.size(), 1U);
    EXPECT_EQ(world.root().setup().drain_handlers.size(), 1U);
    EXPECT_EQ(world.root().setup().middlewares.size(), 1U);
    EXPECT_EQ(world.root().setup().connection_handlers.size(), 1U);
    EXPECT_EQ(world.root().setup().handlers.size(), 1U);
}

TEST(NamespaceTest, ACommonHandlerServesEverySocketUntilOneHasItsOwn) {
    World world;
    Texts log;
    Socket* last = nullptr;
    world.root().on_connection([&](Socket& socket) { last = &socket; });
    world.root().on("x", [&](Socket& socket, const Args& args) {
        EXPECT_EQ(&socket, last);
        log.push_back("common " + args.at(0).as_string());
    });
    auto& client = world.connect();
    client.send(R"(2["x","1"])");
    last->on("x", [&](Socket&) { log.emplace_back("own"); });
    client.send(R"(2["x","2"])");
    last->off("x");
    client.send(R"(2["x","3"])");
    EXPECT_EQ(log, (Texts{"common 1", "own", "common 3"}));
}

TEST(NamespaceTest, RefusesHandlersForReservedNames) {
    World world;
    EXPECT_THROW(world.root().on("disconnect", [](Socket&) {}), std::invalid_argument);
}

TEST(NamespaceTest, ItsOperatorsReachItsSockets) {
    World world;
    Socket* last = nullptr;
    world.root().on_connection([&](Socket& socket) { last = &socket; });
    auto& client = world.connect();
    last->join("a");
    world.root().emit("all");
    world.root().to("a").emit("to");
    world.root().in("a").emit("in");
    world.root().except("a").emit("except");
    world.root().except(*last).emit("except socket");
    world.root().local().emit("local");
    EXPECT_TRUE(world.last_flags.local);
    world.root().as_volatile().emit("volatile");
    EXPECT_TRUE(world.last_flags.is_volatile);
    EXPECT_EQ(client.read(), (Texts{R"(2["all"])", R"(2["to"])", R"(2["in"])", R"(2["local"])",
                                    R"(2["volatile"])"}));
}

}  // namespace
}  // namespace socketio::hub
