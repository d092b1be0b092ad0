// Rooms of several shards counted together, in the orders in which letters may cross: docs/races.md.
#include "server/followed_rooms.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace socketio {
namespace {

using Change = FollowedRooms::Change;

class FollowedRoomsTest : public testing::Test {
protected:
    std::optional<Change> made(bool is_own = false) { return rooms.note("/", "a", true, is_own); }
    std::optional<Change> ended(bool is_own = false) {
        return rooms.note("/", "a", false, is_own);
    }

    FollowedRooms rooms;
};

TEST_F(FollowedRoomsTest, AreToldOfWithTheFirstAndTheLastMember) {
    EXPECT_EQ(made(), (Change{true, false}));
    EXPECT_EQ(ended(), (Change{false, false}));
    EXPECT_EQ(rooms.size(), 0U);
    EXPECT_EQ(made(), (Change{true, false}));
}

TEST_F(FollowedRoomsTest, OfTwoShardsCountOnce) {
    EXPECT_TRUE(made());
    EXPECT_FALSE(made());
    EXPECT_FALSE(ended());
    EXPECT_TRUE(ended());
}

TEST_F(FollowedRoomsTest, StayWhenTheJoinOvertakesTheLeave) {
    EXPECT_TRUE(made());
    EXPECT_FALSE(made()) << "of another shard";
    EXPECT_FALSE(ended()) << "of the first, sent before";
    EXPECT_EQ(rooms.size(), 1U);
}

TEST_F(FollowedRoomsTest, AreMadeAnewWhenTheLeaveComesFirst) {
    EXPECT_TRUE(made());
    EXPECT_EQ(ended(), (Change{false, false}));
    EXPECT_EQ(made(), (Change{true, false})) << "of another shard, whose member had joined before";
}

TEST_F(FollowedRoomsTest, OfASocketsOwnIdStayOfThatKind) {
    EXPECT_EQ(made(true), (Change{true, true}));
    EXPECT_FALSE(made()) << "another socket joins a room of that name";
    EXPECT_FALSE(ended(true));
    EXPECT_EQ(ended(), (Change{false, true}));
}

TEST_F(FollowedRoomsTest, OfNamespacesAreApart) {
    EXPECT_TRUE(made());
    EXPECT_TRUE(rooms.note("/b", "a", true, false));
    EXPECT_TRUE(ended());
    EXPECT_EQ(rooms.size(), 1U);
}

TEST_F(FollowedRoomsTest, ThatNobodyKnowsCannotEnd) {
    EXPECT_FALSE(ended());
    EXPECT_TRUE(made());
    EXPECT_FALSE(rooms.note("/", "b", false, false));
}

}  // namespace
}  // namespace socketio
