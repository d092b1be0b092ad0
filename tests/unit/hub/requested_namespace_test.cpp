// Namespaces that are made because a client asks for them, and what is told of rooms, sockets and upgrades in them.

#include "hub/namespace_table.hpp"
#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace socketio::hub {
namespace {

class RequestedNamespaceTest : public testing::Test {
protected:
    RequestedNamespaceTest() { world.holds_requests = true; }

    /// Makes what was asked for last, and says so.
    Namespace& make() {
        auto asked = std::move(world.requested.back());
        world.requested.pop_back();
        auto& nsp = world.make_namespace(asked.name);
        asked.answer(true);
        return nsp;
    }

    World world;
    Texts log;
};

TEST_F(RequestedNamespaceTest, ConnectsOnceItIsThere) {
    auto& client = world.connect();
    client.send(R"(0/new,{"token":"t"})");
    EXPECT_TRUE(client.read().empty());
    ASSERT_EQ(world.requested.size(), 1U);
    EXPECT_EQ(world.requested[0].name, "/new");
    EXPECT_EQ(world.requested[0].auth, Value(Object{{"token", "t"}}));
    make();
    const auto read = client.read();
    ASSERT_EQ(read.size(), 1U);
    EXPECT_TRUE(read[0].starts_with("0/new,{\"sid\":")) << read[0];
}

TEST_F(RequestedNamespaceTest, RefusesWhatNobodyMakes) {
    auto& client = world.connect();
    client.send("0/new,");
    world.requested[0].answer(false);
    EXPECT_EQ(client.read(), Texts{R"(4/new,{"message":"Invalid namespace"})"});
    client.send("0/new,");
    EXPECT_EQ(world.requested.size(), 2U) << "it may be asked for again";
}

TEST_F(RequestedNamespaceTest, APacketBeforeTheAnswerEndsTheSession) {
    for (const auto* packet : {"0/new,", "2/new,[\"x\"]", "1/new,"}) {
        auto& client = world.connect();
        client.send("0/new,");
        EXPECT_TRUE(client.is_open());
        client.send(packet);
        EXPECT_FALSE(client.is_open()) << packet;
    }
}

TEST_F(RequestedNamespaceTest, AnAnswerForAClientThatIsGoneDoesNothing) {
    auto& client = world.connect();
    client.send("0/new,");
    client.lose(DisconnectReason::transport_close);
    make();
    auto& other = world.connect();
    other.send("0/late,");
    const auto asked = world.requested.back();
    world.destroy_clients();
    asked.answer(true);
    EXPECT_TRUE(world.hub().find_namespace("/new")->sockets().empty());
}

TEST_F(RequestedNamespaceTest, NamesThatAreTooLongAreNotAskedFor) {
    auto& client = world.connect();
    const auto longest = "/" + std::string(255, 'a');
    client.send("0" + longest + ",");
    EXPECT_EQ(world.requested.size(), 1U);
    client.send("0" + longest + "a,");
    EXPECT_EQ(world.requested.size(), 1U);
    EXPECT_EQ(client.read(), Texts{"4" + longest + R"(a,{"message":"Invalid namespace"})"});
}

TEST_F(RequestedNamespaceTest, WhatIsAskedForCountsAsJoined) {
    world.options.namespaces_per_session_max = 2;
    auto& client = world.connect();
    client.send("0/one,");
    client.send("0/two,");
    EXPECT_EQ(client.read(), Texts{R"(4/two,{"message":"Too many namespaces"})"});
}

TEST_F(RequestedNamespaceTest, TellsWhenAChildHasItsFirstAndLostItsLastSocket) {
    world.make_namespace("/child").set_parent(world.root());
    auto& refusing = world.make_namespace("/refusing");
    refusing.set_parent(world.root());
    refusing.use([](Socket&, const Next& next) { next.refuse("no"); });
    auto& one = world.connect("/child");
    auto& two = world.connect("/child");
    one.send("1/child,");
    EXPECT_EQ(world.presence, Texts{"/child busy"});
    EXPECT_FALSE(world.hub().close_if_deserted("/child"));
    two.lose(DisconnectReason::transport_close);
    world.connect("/refusing");
    EXPECT_EQ(world.presence,
              (Texts{"/child busy", "/child deserted", "/refusing busy", "/refusing deserted"}));
    EXPECT_TRUE(world.hub().close_if_deserted("/child"));
    EXPECT_FALSE(world.hub().find_namespace("/child")->is_open());
    EXPECT_FALSE(world.hub().close_if_deserted("/nowhere"));
}

TEST_F(RequestedNamespaceTest, OthersAreNotCounted) {
    world.make_namespace("/plain");
    auto& client = world.connect("/plain");
    client.send("1/plain,");
    EXPECT_TRUE(world.presence.empty());
}

TEST_F(RequestedNamespaceTest, IsSetUpAsAnother) {
    auto& parent = world.make_namespace("/parent");
    parent.on("x", [&](Socket& socket) { log.push_back(socket.nsp().name()); });
    world.make_namespace("/child").set_up_as(parent);
    auto& client = world.connect("/child");
    client.send("2/child,[\"x\"]");
    EXPECT_EQ(log, Texts{"/child"});
}

TEST(Matching, FindsAnywhereInTheNameAsJavaScriptDoes) {
    const auto numbered = matching("^/dynamic-\\d+$");
    EXPECT_TRUE(numbered("/dynamic-12", {}));
    EXPECT_FALSE(numbered("/dynamic-12x", {}));
    EXPECT_FALSE(numbered("/x/dynamic-12", {}));
    EXPECT_TRUE(matching("b+")("/abba", {}));
    EXPECT_THROW((void)matching("("), std::invalid_argument);
}

// ---- Rooms -------------------------------------------------------------------------------------

class RoomEventTest : public RequestedNamespaceTest {
protected:
    RoomEventTest() {
        world.root().on_connection([this](Socket& connected) {
            socket = &connected;
            log.emplace_back("connection");
        });
        world.root().on_room([this](const RoomEvent& event) {
            constexpr const char* words[] = {"created", "joined", "left", "deleted"};
            const auto room = socket != nullptr && event.room == socket->id() ? "own" : event.room;
            log.push_back(std::string(words[static_cast<int>(event.kind)]) + ' ' +
                          std::string(room) + (event.socket_id.empty() ? "" : " by one"));
        });
    }

    Socket* socket = nullptr;
};

TEST_F(RoomEventTest, RoomsComeWithTheirFirstAndGoWithTheirLastMember) {
    world.connect();
    log.clear();
    socket->join("a");
    socket->join("a");
    auto* first = socket;
    world.connect();
    log.clear();
    socket->join("a");
    first->leave("a");
    first->leave("a");
    socket->leave("a");
    EXPECT_EQ(log, (Texts{"joined a by one", "left a by one", "left a by one", "deleted a"}));
}

TEST_F(RoomEventTest, TheOwnRoomIsOneOfThem) {
    auto& client = world.connect();
    ASSERT_EQ(log.size(), 3U);
    EXPECT_EQ(log[2], "connection") << "after the room has been joined";
    log.clear();
    socket->join("a");
    socket->leave(socket->id());
    socket->leave(socket->id());
    socket->join(socket->id());
    socket->join(socket->id());
    client.send("1");
    EXPECT_EQ(log, (Texts{"created a", "joined a by one", "left own by one", "deleted own",
                          "created own", "joined own by one", "left own by one", "deleted own",
                          "left a by one", "deleted a"}));
}

TEST_F(RoomEventTest, ASocketThatIsRefusedHadNoRoomOfItsOwn) {
    world.root().use([](Socket& asking, const Next& next) {
        asking.join("a");
        next.refuse("no");
    });
    world.connect();
    EXPECT_EQ(log, (Texts{"created a", "joined a by one", "left a by one", "deleted a"}));
}

}  // namespace
}  // namespace socketio::hub
