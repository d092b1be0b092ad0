// Namespaces that are closed and opened again while clients are there.

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace socketio::hub {
namespace {

class ClosedNamespaceTest : public testing::Test {
protected:
    ClosedNamespaceTest() : chart(world.make_namespace("/chart")) {
        chart.on_connection([this](Socket& socket) {
            sockets.push_back(&socket);
            socket.on_disconnect(
                [this](Socket&, DisconnectReason reason) { left.push_back(reason); });
        });
        (void)world.hub();
    }

    World world;
    Namespace& chart;
    std::vector<Socket*> sockets;
    Reasons left;
};

TEST_F(ClosedNamespaceTest, SendsItsSocketsAwayAndLetsNobodyIn) {
    auto& one = world.connect("/chart");
    auto& other = world.connect("/chart");
    world.hub().close_namespace("/chart");
    EXPECT_EQ(left, (Reasons{DisconnectReason::server_namespace_disconnect,
                             DisconnectReason::server_namespace_disconnect}));
    EXPECT_EQ(one.read(), Texts{"1/chart,"});
    EXPECT_EQ(other.read(), Texts{"1/chart,"});
    one.send("0/chart,");
    EXPECT_EQ(one.read(), Texts{R"(4/chart,{"message":"Invalid namespace"})"});
    one.send("0");
    EXPECT_EQ(one.read().at(0).substr(0, 2), "0{") << "the session goes on";
    chart.emit("nobody is there");
    world.hub().close_namespace("/chart");
    world.hub().close_namespace("/unknown");
}

TEST_F(ClosedNamespaceTest, OpensAgainWithItsHandlers) {
    auto& client = world.connect("/chart");
    world.hub().close_namespace("/chart");
    world.hub().add_namespace(chart);
    client.send("0/chart,");
    ASSERT_EQ(sockets.size(), 2U);
    EXPECT_TRUE(sockets[1]->connected());
    client.read();
    chart.emit("x");
    EXPECT_EQ(client.read(), Texts{R"(2/chart,["x"])"});
    world.settle();
}

TEST_F(ClosedNamespaceTest, RefusesWhomAMiddlewareLetsInTooLate) {
    std::optional<Next> waiting;
    auto& slow = world.make_namespace("/slow");
    slow.use([&](Socket&, const Next& next) { waiting = next; });
    auto& client = world.connect_engine();
    client.send("0/slow,");
    world.hub().close_namespace("/slow");
    (*waiting)();
    EXPECT_EQ(client.read(), Texts{R"(4/slow,{"message":"Invalid namespace"})"});
    client.send("0/slow,");
    EXPECT_EQ(client.read(), Texts{R"(4/slow,{"message":"Invalid namespace"})"});
    EXPECT_TRUE(client.is_open());
}

TEST_F(ClosedNamespaceTest, WhatWasUnderWayToItIsNoFault) {
    auto& client = world.connect("/chart");
    world.hub().close_namespace("/chart");
    client.send(R"(2/chart,["x"])");
    client.send("1/chart,");
    EXPECT_TRUE(client.is_open());
}

TEST_F(ClosedNamespaceTest, ADisconnectHandlerMayOpenItAgain) {
    auto& first = world.connect("/chart");
    auto& second = world.connect("/chart");
    bool opened = false;
    sockets[0]->on_disconnect([&](Socket&, DisconnectReason) {
        opened = true;
        world.hub().add_namespace(chart);
    });
    world.hub().close_namespace("/chart");
    first.send("0/chart,");
    EXPECT_TRUE(opened);
    EXPECT_EQ(left.size(), 2U) << "those that were there leave, who comes back stays";
    EXPECT_EQ(world.hub().find_namespace("/chart")->sockets().size(), 1U);
    EXPECT_EQ(second.read(), Texts{"1/chart,"});
}

class KeptRequestTest : public ClosedNamespaceTest {
protected:
    TestClient& connect_engine() {
        OpeningRequest request;
        request.headers.add("cookie", "user=1");
        Handshake handshake;
        handshake.request = std::make_shared<const OpeningRequest>(std::move(request));
        return world.connect_engine(World::Protocol::v4, std::move(handshake));
    }
    [[nodiscard]] bool has_request(std::size_t socket) const {
        return sockets.at(socket)->handshake().request != nullptr;
    }
};

TEST_F(KeptRequestTest, StaysForANamespaceThatMayBeJoinedYetWhileAnotherCloses) {
    auto note = [this](Socket& socket) { sockets.push_back(&socket); };
    world.root().on_connection(note);
    world.make_namespace("/other").on_connection(note);
    auto& client = connect_engine();
    client.send("0/chart,");
    // Open are the root and "/other", of which it joins one while it is in two namespaces still.
    sockets[0]->on_disconnecting([&](Socket&, DisconnectReason) { client.send("0"); });
    world.hub().close_namespace("/chart");
    ASSERT_EQ(sockets.size(), 2U);
    EXPECT_TRUE(has_request(1)) << "\"/other\" may be joined yet";
    client.send("0/other,");
    EXPECT_FALSE(has_request(1));
    EXPECT_FALSE(has_request(2));
}

TEST_F(KeptRequestTest, IsGoneForANamespaceThatOpensAfterAllWereJoined) {
    auto& client = connect_engine();
    client.send("0");
    client.send("0/chart,");
    EXPECT_FALSE(has_request(0));
    world.make_namespace("/late").on_connection(
        [this](Socket& socket) { sockets.push_back(&socket); });
    client.send("0/late,");
    EXPECT_FALSE(has_request(1));
}

}  // namespace
}  // namespace socketio::hub
