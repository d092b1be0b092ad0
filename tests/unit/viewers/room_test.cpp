// Rooms and leases: who is in, and what happens when the last one has left.

#include "viewers/room.hpp"

#include <socketio/server.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace chartcast::viewers {
namespace {

class Rooms : public testing::Test {
protected:
    socketio::Server server;
    RoomTable table;
    int emptied = 0;
    std::function<void()> count() {
        return [this] { ++emptied; };
    }
};

TEST_F(Rooms, OfOneGroupAreOneForEachNamespace) {
    RoomSet set(table);
    const auto first = set.enter(server.of("/"), count());
    const auto second = set.enter(server.of("/"), count());
    const auto third = set.enter(server.of("/charts/a"), count());
    EXPECT_EQ(first.id, second.id);
    EXPECT_NE(first.id, third.id);
    EXPECT_EQ(set.viewers(), 3U);
    EXPECT_EQ(table.size(), 2U);
}

TEST_F(Rooms, AreGoneWithTheirLastViewerAndTheGroupWithItsLastRoom) {
    std::optional<RoomSet> set(table);
    // The group itself may go in the call.
    const auto drop = [&] {
        ++emptied;
        set.reset();
    };
    const auto first = set->enter(server.of("/"), drop);
    (void)set->enter(server.of("/"), drop);
    const auto third = set->enter(server.of("/charts/a"), drop);
    table.leave(first.id);
    EXPECT_EQ(table.size(), 2U);
    table.leave(first.id);
    EXPECT_EQ(table.size(), 1U);
    EXPECT_EQ(emptied, 0);
    table.leave(third.id);
    EXPECT_EQ(emptied, 1);
    EXPECT_FALSE(set.has_value());
    EXPECT_EQ(table.size(), 0U);
}

TEST_F(Rooms, AreOthersWhenAnEmptiedGroupIsRefilled) {
    RoomSet set(table);
    const auto before = set.enter(server.of("/"), count());
    table.leave(before.id);
    const auto after = set.enter(server.of("/"), count());
    EXPECT_NE(before.id, after.id) << "a lease that is given back late must not empty it";
    table.leave(before.id);
    EXPECT_EQ(set.viewers(), 1U);
    EXPECT_EQ(emptied, 1);
}

}  // namespace
}  // namespace chartcast::viewers
