// A token bucket, with the time as the test says.

#include "viewers/rate_limit.hpp"

#include <gtest/gtest.h>

namespace chartcast::viewers {
namespace {

TEST(RateLimit, LetsThroughASecondsWorthAtOnceAndThenAsManyASecond) {
    RateLimit limit(5);
    for (int n = 0; n < 5; ++n) EXPECT_TRUE(limit.take(1000));
    EXPECT_FALSE(limit.take(1000));
    EXPECT_TRUE(limit.take(1200));
    EXPECT_FALSE(limit.take(1300));
    EXPECT_TRUE(limit.take(1400));
}

TEST(RateLimit, SavesNoMoreThanASecondsWorth) {
    RateLimit limit(2);
    EXPECT_TRUE(limit.take(1000));
    EXPECT_TRUE(limit.take(1'000'000));
    EXPECT_TRUE(limit.take(1'000'000));
    EXPECT_FALSE(limit.take(1'000'000));
}

TEST(RateLimit, SaysHowLongToWait) {
    RateLimit limit(0.5);
    EXPECT_TRUE(limit.take(1000)) << "one is let through however slow it is";
    EXPECT_FALSE(limit.take(1000));
    const auto wait = limit.wait().count();
    EXPECT_FALSE(limit.take(1000 + wait - 2));
    EXPECT_TRUE(limit.take(1000 + wait));
}

}  // namespace
}  // namespace chartcast::viewers
