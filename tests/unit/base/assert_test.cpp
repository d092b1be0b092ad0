#include "base/assert.hpp"

#include <gtest/gtest.h>

namespace {

TEST(AssertDeathTest, AbortsAndNamesWhatDoesNotHoldInReleaseToo) {
    EXPECT_DEATH(SOCKETIO_ASSERT(1 + 1 == 3),
                 "assert_test.cpp:[0-9]+: assertion failed: 1 \\+ 1 == 3");
}

TEST(Assert, LetsWhatHoldsPass) {
    int evaluated = 0;
    SOCKETIO_ASSERT(++evaluated == 1);
    EXPECT_EQ(evaluated, 1);
}

}  // namespace
