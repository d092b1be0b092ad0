// Who gets a broadcast: unions, exceptions, each once, and what changes while it is sent.

#include "hub/audience.hpp"

#include "hub/socket_state.hpp"
#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <set>

namespace socketio::hub {
namespace {

class AudienceTest : public testing::Test {
protected:
    static constexpr std::size_t client_count = 4;

    AudienceTest() {
        world.root().on_connection([this](Socket& socket) { sockets.push_back(&socket); });
        for (std::size_t i = 0; i < client_count; ++i) clients.push_back(&world.connect());
    }
    /// The numbers of the clients that got the broadcast, each as often as it did.
    std::multiset<int> receivers(const BroadcastOperator& operation) {
        operation.emit("x");
        std::multiset<int> found;
        for (std::size_t i = 0; i < clients.size(); ++i) {
            for (const auto& packet : clients[i]->read()) {
                EXPECT_EQ(packet, "2[\"x\"]");
                found.insert(static_cast<int>(i));
            }
        }
        return found;
    }

    World world;
    std::vector<Socket*> sockets;
    std::vector<TestClient*> clients;
};

using Receivers = std::multiset<int>;

TEST_F(AudienceTest, EveryoneWithoutRooms) {
    EXPECT_EQ(receivers(BroadcastOperator(world.root())), (Receivers{0, 1, 2, 3}));
}

TEST_F(AudienceTest, TheUnionOfRoomsEachOnce) {
    for (const int i : {0, 1}) sockets[static_cast<std::size_t>(i)]->join("a");
    for (const int i : {1, 2}) sockets[static_cast<std::size_t>(i)]->join("b");
    EXPECT_EQ(receivers(world.root().to("a").to("b").to("a").to("nobody")), (Receivers{0, 1, 2}));
    EXPECT_EQ(receivers(world.root().to("nobody")), Receivers{});
}

TEST_F(AudienceTest, WithoutTheMembersOfExceptedRooms) {
    sockets[0]->join("a");
    sockets[1]->join("a");
    sockets[1]->join("b");
    EXPECT_EQ(receivers(world.root().except("b")), (Receivers{0, 2, 3}));
    EXPECT_EQ(receivers(world.root().to("a").except("b")), Receivers{0});
    EXPECT_EQ(receivers(world.root().to("a").except("a")), Receivers{});
    EXPECT_EQ(receivers(world.root().except("nobody")), (Receivers{0, 1, 2, 3}));
}

TEST_F(AudienceTest, AnIdIsARoomOfItsOwn) {
    EXPECT_EQ(receivers(world.root().to(sockets[2]->id())), Receivers{2});
    EXPECT_EQ(receivers(world.root().except(*sockets[2])), (Receivers{0, 1, 3}));
    EXPECT_EQ(receivers(sockets[1]->broadcast()), (Receivers{0, 2, 3}));
    EXPECT_EQ(receivers(sockets[1]->to(sockets[1]->id())), Receivers{});
}

TEST_F(AudienceTest, OthersMayJoinARoomThatIsAnId) {
    sockets[0]->join(sockets[2]->id());
    EXPECT_EQ(receivers(world.root().to(sockets[2]->id())), (Receivers{0, 2}));
    EXPECT_EQ(receivers(world.root().except(sockets[2]->id())), (Receivers{1, 3}));
}

TEST_F(AudienceTest, ASocketMayLeaveItsOwnRoomAndComeBack) {
    sockets[2]->leave(sockets[2]->id());
    EXPECT_EQ(receivers(world.root().to(sockets[2]->id())), Receivers{});
    EXPECT_EQ(receivers(world.root().except(sockets[2]->id())), (Receivers{0, 1, 2, 3}));
    EXPECT_TRUE(sockets[2]->join(sockets[2]->id()));
    EXPECT_EQ(receivers(world.root().to(sockets[2]->id())), Receivers{2});
}

TEST_F(AudienceTest, NamespacesAreSeparate) {
    world.make_namespace("/other").on_connection([](Socket& socket) { socket.join("a"); });
    clients[0]->send("0/other,");
    clients[0]->read();
    sockets[1]->join("a");
    EXPECT_EQ(receivers(world.root().to("a")), Receivers{1});
}

TEST_F(AudienceTest, LeavesOutWhoDoesNotBelongToIt) {
    SnapshotStack stack;
    const auto& nsp = *world.hub().find_namespace("/");
    sockets[1]->join("a");
    sockets[3]->join("a");
    const std::vector<SocketState*> left_out{nsp.find(sockets[1]->id()),
                                             nsp.find(sockets[2]->id())};
    const Snapshot everyone(stack, nsp, {}, left_out);
    ASSERT_EQ(everyone.size(), 2U);
    EXPECT_EQ(&everyone[0].facade(), sockets[0]);
    EXPECT_EQ(&everyone[1].facade(), sockets[3]);
    const Snapshot room(stack, nsp, Audience{{"a"}, {}}, left_out);
    ASSERT_EQ(room.size(), 1U);
    EXPECT_EQ(&room[0].facade(), sockets[3]);
}

TEST_F(AudienceTest, WhoLeavesOrJoinsDuringASnapshotDoesNotChangeIt) {
    SnapshotStack stack;
    auto& nsp = *world.hub().find_namespace("/");
    sockets[0]->join("a");
    sockets[1]->join("a");
    const Snapshot outer(stack, nsp, Audience{{"a"}, {}});
    ASSERT_EQ(outer.size(), 2U);
    sockets[0]->leave("a");
    sockets[3]->join("a");
    clients[1]->lose(DisconnectReason::transport_close);
    {
        const Snapshot inner(stack, nsp, Audience{{"a"}, {}});
        EXPECT_EQ(inner.size(), 1U);
        EXPECT_EQ(&inner[0].facade(), sockets[3]);
    }
    EXPECT_EQ(outer.size(), 2U);
    const std::set<Socket*> members{&outer[0].facade(), &outer[1].facade()};
    EXPECT_EQ(members, (std::set<Socket*>{sockets[0], sockets[1]}));
}

}  // namespace
}  // namespace socketio::hub
