// Each of this server's operations is executed once, whatever becomes of it in Redis.
#include "cluster/own_operations.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace socketio::cluster {
namespace {

ClusterSurgery joining(std::string room) {
    return {ClusterSurgery::Kind::join, "/", {}, {std::move(room)}};
}

TEST(OwnOperations, AreTakenByTheirEchoOnceEach) {
    OwnOperations operations(10);
    EXPECT_EQ(operations.add("c", "same", joining("first")), 1u);
    EXPECT_EQ(operations.add("c", "same", joining("second")), 2u);
    EXPECT_EQ(operations.take_echo("c", "same")->rooms.at(0), "first");
    EXPECT_FALSE(operations.take_echo("other", "same").has_value());
    EXPECT_EQ(operations.take_echo("c", "same")->rooms.at(0), "second");
    EXPECT_FALSE(operations.take_echo("c", "same").has_value());
    EXPECT_FALSE(operations.take(1).has_value());
}

TEST(OwnOperations, AreTakenWhenRedisRefusedThem) {
    OwnOperations operations(10);
    const auto number = operations.add("c", "m", joining("a"));
    EXPECT_EQ(operations.take(number)->rooms.at(0), "a");
    EXPECT_FALSE(operations.take_echo("c", "m").has_value());
}

TEST(OwnOperations, AreTakenWhenTheirEchoesMayBeLost) {
    OwnOperations operations(10);
    const auto first = operations.add("c", "1", joining("a"));
    const auto second = operations.add("c", "2", joining("b"));
    operations.note_sent(first);
    const auto taken = operations.take_sent();
    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0].rooms.at(0), "a");
    EXPECT_FALSE(operations.take_echo("c", "1").has_value());
    EXPECT_TRUE(operations.take(second).has_value());
}

TEST(OwnOperations, AreAllTakenWhenNothingComesBack) {
    OwnOperations operations(10);
    operations.note_sent(operations.add("c", "1", joining("a")));
    const auto waiting = operations.add("c", "2", joining("b"));
    const auto taken = operations.take_all();
    ASSERT_EQ(taken.size(), 2u);
    EXPECT_EQ(taken[0].rooms.at(0), "a");
    EXPECT_EQ(taken[1].rooms.at(0), "b");
    EXPECT_FALSE(operations.take(waiting).has_value());
}

TEST(OwnOperations, OfAServerThatStopsAreForgotten) {
    OwnOperations operations(1);
    const auto number = operations.add("c", "1", joining("a"));
    operations.note_sent(number);
    operations.clear();
    EXPECT_TRUE(operations.take_sent().empty());
    EXPECT_FALSE(operations.take(number).has_value());
    EXPECT_NE(operations.add("c", "2", joining("b")), 0u);
}

TEST(OwnOperations, AreBounded) {
    OwnOperations operations(1);
    EXPECT_NE(operations.add("c", "1", joining("a")), 0u);
    EXPECT_EQ(operations.add("c", "2", joining("b")), 0u);
}

}  // namespace
}  // namespace socketio::cluster
