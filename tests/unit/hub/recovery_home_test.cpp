// Where sockets are that are not at home, and who is led there when.

#include "hub/recovery_home.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::hub {
namespace {

const Pid only_pid = Pid::of("AAAAAAAAAAAAAAAAAAAA");

Inquiry make_inquiry(unsigned shard, std::uint64_t number, int at) {
    Inquiry made;
    made.pid = only_pid;
    made.asker = {shard, number};
    made.asked_at = base::TimePoint(base::Milliseconds(at));
    return made;
}

class RecoveryHomeTest : public testing::Test {
protected:
    /// The socket goes from here to shard 1.
    void send_away() {
        const auto first = make_inquiry(1, 1, 1);
        EXPECT_EQ(home.direct(first, true).shard, 0U);
        EXPECT_FALSE(home.settle(only_pid, first.asker, 1));
        EXPECT_EQ(home.size(), 1U);
    }

    RecoveryHome home{0};
};

TEST_F(RecoveryHomeTest, AnswersItselfWhileNothingIsElsewhere) {
    EXPECT_EQ(home.direct(make_inquiry(0, 1, 1), true).shard, 0U);
    EXPECT_EQ(home.direct(make_inquiry(1, 1, 1), false).shard, 0U) << "with nothing";
    EXPECT_EQ(home.size(), 0U);
}

TEST_F(RecoveryHomeTest, LeadsToWhereTheSocketIs) {
    send_away();
    const auto second = make_inquiry(2, 1, 2);
    EXPECT_EQ(home.direct(second, false).shard, 1U);
    EXPECT_FALSE(home.settle(only_pid, second.asker, 2));
    EXPECT_EQ(home.direct(make_inquiry(0, 1, 3), false).shard, 2U);
}

TEST_F(RecoveryHomeTest, ForgetsWhatIsBackOrGone) {
    send_away();
    const auto back = make_inquiry(0, 1, 2);
    EXPECT_EQ(home.direct(back, false).shard, 1U);
    EXPECT_FALSE(home.settle(only_pid, back.asker, 0));
    EXPECT_EQ(home.size(), 0U);
    send_away();
    const auto in_vain = make_inquiry(2, 1, 3);
    EXPECT_EQ(home.direct(in_vain, false).shard, 1U);
    EXPECT_FALSE(home.settle(only_pid, in_vain.asker, std::nullopt));
    EXPECT_EQ(home.size(), 0U);
    send_away();
    home.forget(only_pid, 2);
    EXPECT_EQ(home.size(), 1U) << "it is not on that shard";
    home.forget(only_pid, 1);
    EXPECT_EQ(home.size(), 0U);
    home.forget(only_pid, 1);
}

TEST_F(RecoveryHomeTest, LetsOneWaitWhileAnotherIsUnderWay) {
    const auto first = make_inquiry(1, 7, 1);
    const auto second = make_inquiry(2, 8, 2);
    EXPECT_EQ(home.direct(first, true).shard, 0U);
    const auto directed = home.direct(second, false);
    EXPECT_FALSE(directed.shard);
    EXPECT_FALSE(directed.too_late);
    home.forget(only_pid, 1);
    EXPECT_EQ(home.size(), 1U) << "who asked settles";
    EXPECT_FALSE(home.settle(only_pid, {1, 99}, std::nullopt)) << "another inquiry's answer";
    const auto next = home.settle(only_pid, first.asker, 1);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->asker, second.asker);
    EXPECT_EQ(home.direct(*next, false).shard, 1U);
}

TEST_F(RecoveryHomeTest, TheNewestOfThoseThatWaitIsTheOne) {
    const auto first = make_inquiry(1, 1, 1);
    EXPECT_EQ(home.direct(first, true).shard, 0U);
    EXPECT_FALSE(home.direct(make_inquiry(2, 2, 5), false).too_late);
    const auto older = home.direct(make_inquiry(3, 3, 4), false);
    EXPECT_FALSE(older.shard);
    ASSERT_TRUE(older.too_late);
    EXPECT_EQ(older.too_late->asker.number, 3U);
    const auto newer = home.direct(make_inquiry(4, 4, 6), false);
    ASSERT_TRUE(newer.too_late);
    EXPECT_EQ(newer.too_late->asker.number, 2U);
    const auto next = home.settle(only_pid, first.asker, std::nullopt);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->asker.number, 4U);
    EXPECT_EQ(home.size(), 0U);
}

}  // namespace
}  // namespace socketio::hub
