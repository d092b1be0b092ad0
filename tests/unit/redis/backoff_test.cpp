// Backoff: doubling, bounds, jitter.
#include "protocol/backoff.hpp"

#include <gtest/gtest.h>

namespace redis {
namespace {

using std::chrono::milliseconds;

TEST(RedisBackoff, DoublesUpToTheLongestAndStartsAgain) {
    Backoff backoff(milliseconds(50), milliseconds(300));
    for (const int expected : {50, 100, 200, 300, 300}) {
        EXPECT_EQ(backoff.next(0), milliseconds(expected));
    }
    backoff.reset();
    EXPECT_EQ(backoff.next(0), milliseconds(50));
    EXPECT_EQ(backoff.longest(0), milliseconds(300));
    EXPECT_EQ(backoff.next(0), milliseconds(300));
}

TEST(RedisBackoff, ShortensByUpToAHalf) {
    Backoff backoff(milliseconds(100), milliseconds(100));
    EXPECT_EQ(backoff.next(0.5), milliseconds(75));
    EXPECT_GE(backoff.next(0.999), milliseconds(50));
}

}  // namespace
}  // namespace redis
