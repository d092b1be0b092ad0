// Rooms of several shards counted together, in the orders in which letters may cross: docs/races.md.
#include "server/followed_rooms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class FollowedRoomsTest : public testing::Test {
protected:
    FollowedRooms following(base::Milliseconds stay) {
        return FollowedRooms(
            deadlines, stay,
            [this](const std::string& nsp, const std::string& room, bool is_there, bool is_own) {
                told.push_back(nsp + ' ' + room + (is_there ? " made" : " ended") +
                               (is_own ? ", own" : ""));
            });
    }
    /// Since the last call.
    std::vector<std::string> news() { return std::exchange(told, {}); }
    void made(bool is_own = false) { rooms.note("/", "a", true, is_own); }
    void ended(bool is_own = false) { rooms.note("/", "a", false, is_own); }
    void pass(std::chrono::milliseconds time) { deadlines.advance(deadlines.now() + time); }

    base::DeadlineQueue deadlines{base::TimePoint(std::chrono::hours(1))};
    std::vector<std::string> told;
    FollowedRooms rooms = following(0ms);
    FollowedRooms staying = following(1s);
};

TEST_F(FollowedRoomsTest, AreToldOfWithTheFirstAndTheLastMember) {
    made();
    EXPECT_THAT(news(), ElementsAre("/ a made"));
    ended();
    EXPECT_THAT(news(), ElementsAre("/ a ended"));
    EXPECT_EQ(rooms.size(), 0U);
    made();
    EXPECT_THAT(news(), ElementsAre("/ a made"));
}

TEST_F(FollowedRoomsTest, OfTwoShardsCountOnce) {
    made();
    made();
    ended();
    EXPECT_THAT(news(), ElementsAre("/ a made"));
    ended();
    EXPECT_THAT(news(), ElementsAre("/ a ended"));
}

TEST_F(FollowedRoomsTest, StayWhenTheJoinOvertakesTheLeave) {
    made();
    made();   // Of another shard.
    ended();  // Of the first, sent before.
    EXPECT_THAT(news(), ElementsAre("/ a made"));
    EXPECT_EQ(rooms.size(), 1U);
}

TEST_F(FollowedRoomsTest, AreMadeAnewWhenTheLeaveComesFirst) {
    made();
    ended();
    made();  // Of another shard, whose member had joined before.
    EXPECT_THAT(news(), ElementsAre("/ a made", "/ a ended", "/ a made"));
}

TEST_F(FollowedRoomsTest, OfASocketsOwnIdStayOfThatKind) {
    made(true);
    made();  // Another socket joins a room of that name.
    ended(true);
    EXPECT_THAT(news(), ElementsAre("/ a made, own"));
    ended();
    EXPECT_THAT(news(), ElementsAre("/ a ended, own"));
}

TEST_F(FollowedRoomsTest, OfNamespacesAreApart) {
    made();
    rooms.note("/b", "a", true, false);
    ended();
    EXPECT_THAT(news(), ElementsAre("/ a made", "/b a made", "/ a ended"));
    EXPECT_EQ(rooms.size(), 1U);
}

TEST_F(FollowedRoomsTest, ThatNobodyKnowsCannotEnd) {
    ended();
    made();
    rooms.note("/", "b", false, false);
    EXPECT_THAT(news(), ElementsAre("/ a made"));
}

TEST_F(FollowedRoomsTest, StayForThoseWhoMayComeBack) {
    staying.note("/", "a", true, false);
    staying.note("/", "a", false, false);
    pass(990ms);
    EXPECT_THAT(news(), ElementsAre("/ a made"));
    pass(30ms);
    EXPECT_THAT(news(), ElementsAre("/ a ended"));
    EXPECT_EQ(staying.size(), 0U);
}

TEST_F(FollowedRoomsTest, GoOnWithWhoComesBackInTime) {
    staying.note("/", "a", true, false);
    staying.note("/", "a", false, false);
    pass(500ms);
    staying.note("/", "a", true, false);
    pass(2s);
    EXPECT_THAT(news(), ElementsAre("/ a made"));
    staying.note("/", "a", false, false);
    pass(500ms);
    staying.note("/", "a", true, false);
    staying.note("/", "a", false, false);
    pass(600ms);
    EXPECT_THAT(news(), IsEmpty()) << "the time begins anew";
    pass(500ms);
    EXPECT_THAT(news(), ElementsAre("/ a ended"));
}

}  // namespace
}  // namespace socketio
