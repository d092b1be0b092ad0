#include "base/token_bucket.hpp"

#include <gtest/gtest.h>

namespace socketio::base {
namespace {

using std::chrono::milliseconds;

TEST(TokenBucket, GivesASecondsWorthAtOnceAndThenAtItsRate) {
    TimePoint now{};
    TokenBucket bucket(5, now);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(bucket.take(now));
    EXPECT_FALSE(bucket.take(now));
    EXPECT_EQ(bucket.wait(now), milliseconds(200));
    now += milliseconds(200);
    EXPECT_EQ(bucket.wait(now), milliseconds(0));
    EXPECT_TRUE(bucket.take(now));
    EXPECT_FALSE(bucket.take(now));
}

TEST(TokenBucket, HoldsNoMoreThanASecondsWorth) {
    TimePoint now{};
    TokenBucket bucket(2, now);
    now += std::chrono::hours(1);
    EXPECT_TRUE(bucket.take(now));
    EXPECT_TRUE(bucket.take(now));
    EXPECT_FALSE(bucket.take(now));
}

TEST(TokenBucket, HoldsAsManyAsItIsTold) {
    TimePoint now{};
    TokenBucket bucket(2, 5, now);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(bucket.take(now));
    EXPECT_FALSE(bucket.take(now));
    now += milliseconds(500);
    EXPECT_TRUE(bucket.take(now));
    EXPECT_FALSE(bucket.take(now));
    now += std::chrono::hours(1);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(bucket.take(now));
    EXPECT_FALSE(bucket.take(now));
}

TEST(TokenBucket, IsNotConfusedByATimeThatWasBefore) {
    const TimePoint now = TimePoint{} + milliseconds(1'000);
    TokenBucket bucket(1, now);
    EXPECT_TRUE(bucket.take(now));
    EXPECT_FALSE(bucket.take(now - milliseconds(500)));
    EXPECT_EQ(bucket.wait(now), milliseconds(1'000));
}

}  // namespace
}  // namespace socketio::base
