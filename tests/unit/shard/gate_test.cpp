#include "shard/gate.hpp"

#include <gtest/gtest.h>

namespace socketio::shard {
namespace {

TEST(Gate, IsOpenUntilItIsClosed) {
    Gate gate;
    EXPECT_TRUE(gate.is_open());
    gate.close();
    EXPECT_FALSE(gate.is_open());
    gate.close();
    EXPECT_FALSE(gate.is_open());
}

}  // namespace
}  // namespace socketio::shard
