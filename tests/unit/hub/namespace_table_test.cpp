// A shard's namespaces and their connected sockets.

#include "hub/namespace_table.hpp"

#include "hub/socket_state.hpp"
#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

namespace socketio::hub {
namespace {

TEST(NamespaceTable, FindsByTheExactName) {
    World world;
    world.make_namespace("/a");
    EXPECT_NE(world.hub().find_namespace("/"), nullptr);
    EXPECT_EQ(world.hub().find_namespace("/a")->name(), "/a");
    for (const auto* name : {"", "a", "/A", "/a/", "/b"}) {
        EXPECT_EQ(world.hub().find_namespace(name), nullptr) << name;
    }
}

TEST(NamespaceTable, KnowsItsConnectedSocketsById) {
    World world;
    std::vector<std::string> ids;
    world.root().on_connection([&](Socket& socket) { ids.emplace_back(socket.id()); });
    for (int i = 0; i < 3; ++i) world.connect();
    const auto& nsp = *world.hub().find_namespace("/");
    ASSERT_EQ(nsp.sockets().size(), 3U);
    auto* first = nsp.find(ids[0]);
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->id(), ids[0]);
    first->disconnect();
    EXPECT_EQ(nsp.find(ids[0]), nullptr);
    EXPECT_EQ(nsp.sockets().size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(nsp.sockets()[i]->place(), i);
    EXPECT_NE(nsp.find(ids[1]), nullptr);
    EXPECT_NE(nsp.find(ids[2]), nullptr);
}

TEST(NamespaceTable, CountsAckIdsForTheWholeNamespaceFromZero) {
    World world;
    world.make_namespace("/a");
    auto& root = *world.hub().find_namespace("/");
    auto& other = *world.hub().find_namespace("/a");
    EXPECT_EQ(root.take_ack_id(), 0U);
    EXPECT_EQ(root.take_ack_id(), 1U);
    EXPECT_EQ(other.take_ack_id(), 0U);
}

TEST(NamespaceTableDeathTest, ANameStandsOnce) {
    World world;
    EXPECT_DEATH(world.hub().add_namespace(world.root()), "assertion");
}

}  // namespace
}  // namespace socketio::hub
