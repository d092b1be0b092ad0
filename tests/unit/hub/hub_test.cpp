// One shard's hub: what it builds for a broadcast, room surgery, and handlers that throw.

#include "hub/hub.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace socketio::hub {
namespace {

class HubTest : public testing::Test {
protected:
    HubTest() {
        world.root().on_connection([this](Socket& socket) {
            sockets.push_back(&socket);
            socket.on_disconnect(
                [this](Socket&, DisconnectReason reason) { left.push_back(reason); });
        });
    }

    World world;
    std::vector<Socket*> sockets;
    Reasons left;
};

TEST_F(HubTest, ABroadcastIsOneMessageForAll) {
    auto& first = world.connect();
    auto& second = world.connect();
    const auto delivery = make_delivery(world, "/", {}, {}, "x", {});
    world.hub().deliver(delivery);
    const auto* message = first.session().queue().messages().front().get();
    EXPECT_EQ(message, second.session().queue().messages().front().get());
    EXPECT_EQ(message->shared_content(), delivery.contents.of({wire::PacketFormat::json, false}));
}

TEST_F(HubTest, NothingIsBuiltWhenNobodyReceives) {
    const auto nowhere = make_delivery(world, "/nowhere", {}, {}, "x", {});
    const auto nobody = make_delivery(world, "/", Audience{{"empty"}, {}}, {}, "x", {});
    world.connect();
    world.hub().deliver(nowhere);
    world.hub().deliver(nobody);
    EXPECT_EQ(nowhere.contents.of({wire::PacketFormat::json, false}).use_count(), 1);
    EXPECT_EQ(nobody.contents.of({wire::PacketFormat::json, false}).use_count(), 1);
}

TEST_F(HubTest, VolatileBroadcastsPassBusyClientsBy) {
    auto& busy = world.connect();
    auto& idle = world.connect();
    busy.transport().is_writable = false;
    world.root().as_volatile().emit("x");
    world.root().emit("y");
    EXPECT_EQ(busy.read(), Texts{"2[\"y\"]"});
    EXPECT_EQ(idle.read(), (Texts{"2[\"x\"]", "2[\"y\"]"}));
}

TEST_F(HubTest, ASlowClientInABroadcastHarmsNobodyElse) {
    world.options.send_queue_packets_max = 2;
    auto& slow = world.connect();
    auto& quick = world.connect();
    for (int i = 0; i < 4; ++i) {
        world.root().emit("x", i);
        EXPECT_EQ(quick.read(), Texts{"2[\"x\"," + std::to_string(i) + "]"});
    }
    world.settle();
    EXPECT_FALSE(slow.is_open());
    EXPECT_EQ(left, Reasons{DisconnectReason::slow_client});
}

TEST_F(HubTest, RoomsAreJoinedAndLeftForAWholeAudience) {
    world.connect();
    world.connect();
    world.connect();
    sockets[0]->join("a");
    sockets[1]->join("a");
    world.root().to("a").except(*sockets[1]).sockets_join({"b", "c"});
    EXPECT_EQ(sockets[0]->rooms().size(), 4U);
    EXPECT_EQ(sockets[1]->rooms().size(), 2U);
    BroadcastOperator(world.root()).sockets_leave({"a", "c"});
    EXPECT_EQ(sockets[0]->rooms(), (Texts{std::string(sockets[0]->id()), "b"}));
    EXPECT_EQ(sockets[1]->rooms(), Texts{std::string(sockets[1]->id())});
}

TEST_F(HubTest, SocketsAreSentAwayForAWholeAudience) {
    world.make_namespace("/other");
    auto& leaves = world.connect();
    auto& closes = world.connect();
    auto& stays = world.connect();
    closes.send("0/other,");
    closes.read();
    sockets[0]->join("a");
    sockets[1]->join("b");
    world.root().to("a").disconnect_sockets();
    EXPECT_EQ(leaves.read(), Texts{"1"});
    EXPECT_TRUE(leaves.is_open());
    world.root().to("b").disconnect_sockets(true);
    EXPECT_FALSE(closes.is_open());
    EXPECT_TRUE(stays.is_open());
    EXPECT_EQ(left, (Reasons{DisconnectReason::server_namespace_disconnect,
                             DisconnectReason::server_namespace_disconnect}));
}

TEST_F(HubTest, AHandlerThatThrowsIsLoggedAndTheSessionGoesOn) {
    world.root().on("throw", [](Socket&) { throw std::runtime_error("broken"); });
    world.root().on("throw int", [](Socket&) { throw 1; });
    auto& client = world.connect();
    client.send("2[\"throw\"]");
    EXPECT_EQ(world.logged.back().event, "handler failed");
    EXPECT_EQ(world.logged.back().level, LogLevel::error);
    const auto expected = base::LogFields{{"nsp", "/"}, {"event", "throw"}, {"what", "broken"}};
    EXPECT_EQ(world.logged.back().fields, expected);
    client.send("2[\"throw int\"]");
    EXPECT_EQ(world.logged.back().fields.back().second, "not a std::exception");
    EXPECT_EQ(world.logged.size(), 2U);
    EXPECT_TRUE(client.is_open());
}

TEST_F(HubTest, EveryKindOfHandlerIsGuarded) {
    const auto fail = [](auto&&...) { throw std::runtime_error("broken"); };
    auto& other = world.make_namespace("/other");
    other.on_connection([&](Socket& socket) {
        socket.on_any(fail);
        socket.on_disconnecting(fail);
        socket.on_disconnect(fail);
        socket.emit_with_ack("ask", {}, std::chrono::milliseconds(0), fail);
        throw std::runtime_error("broken");
    });
    auto& client = world.connect("/other");
    client.send("2/other,[\"x\"]");
    client.send("3/other,0[]");
    client.send("1/other,");
    Texts events;
    for (const auto& event : world.logged) events.push_back(event.fields[1].second);
    EXPECT_EQ(events, (Texts{"connection", "x", "ack", "disconnecting", "disconnect"}));
    EXPECT_TRUE(client.is_open());
}

TEST_F(HubTest, WorkForLaterRunsOnceAndMayPutOffMore) {
    Texts log;
    world.hub().later([&] {
        log.emplace_back("one");
        world.hub().later([&] { log.emplace_back("two"); });
    });
    EXPECT_TRUE(log.empty());
    world.settle();
    EXPECT_EQ(log, Texts{"one"});
    world.settle();
    EXPECT_EQ(log, (Texts{"one", "two"}));
    world.settle();
    EXPECT_EQ(log.size(), 2U);
}

TEST_F(HubTest, SocketIdsNameTheShard) {
    const auto id = world.hub().make_socket_id();
    EXPECT_EQ(id.size(), 20U);
    EXPECT_EQ(id.substr(0, 2), "Bw") << "shard 7";
    EXPECT_NE(id, world.hub().make_socket_id());
}

}  // namespace
}  // namespace socketio::hub
