// Which rooms this process has members in.
#include "cluster/local_rooms.hpp"

#include <gtest/gtest.h>

namespace socketio::cluster {
namespace {

TEST(LocalRooms, FollowsWhatItIsTold) {
    LocalRooms rooms;
    rooms.open("/", false);
    EXPECT_TRUE(rooms.is_open("/"));
    EXPECT_FALSE(rooms.is_open("/a"));
    rooms.set("/", "r", true);
    EXPECT_TRUE(rooms.has("/", "r"));
    EXPECT_TRUE(rooms.is_wanted("/", "r"));
    EXPECT_FALSE(rooms.has("/a", "r"));
    rooms.set("/", "r", false);
    EXPECT_FALSE(rooms.has("/", "r"));
    rooms.set("/unknown", "r", false);
    rooms.open("/all", true);
    EXPECT_TRUE(rooms.is_wanted("/all", "r"));
    EXPECT_FALSE(rooms.has("/all", "r"));
    EXPECT_FALSE(rooms.is_wanted("/", "r"));
    EXPECT_FALSE(rooms.is_wanted("/unknown", "r"));
}

TEST(LocalRooms, OfANamespaceThatClosesAreThereWhenItOpensAgain) {
    LocalRooms rooms;
    rooms.open("/", true);
    rooms.set("/", "stays", true);
    rooms.set("/", "ends", true);
    rooms.close("/");
    EXPECT_FALSE(rooms.is_open("/"));
    EXPECT_FALSE(rooms.is_wanted("/", "elsewhere"));
    rooms.set("/", "ends", false);
    rooms.open("/", false);
    EXPECT_TRUE(rooms.is_wanted("/", "stays"));
    EXPECT_FALSE(rooms.is_wanted("/", "ends"));
    rooms.clear();
    EXPECT_FALSE(rooms.has("/", "stays"));
}

}  // namespace
}  // namespace socketio::cluster
