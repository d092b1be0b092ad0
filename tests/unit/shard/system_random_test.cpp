#include "shard/system_random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace socketio::shard {
namespace {

TEST(SystemRandom, NeverGivesTheSameBytesTwice) {
    SystemRandom random;
    std::set<std::array<std::uint8_t, 14>> seen;
    for (int i = 0; i < 10'000; ++i) {
        std::array<std::uint8_t, 14> bytes{};
        random.fill(bytes);
        EXPECT_TRUE(seen.insert(bytes).second);
    }
}

TEST(SystemRandom, FillsMoreThanItsBufferHolds) {
    SystemRandom random;
    std::vector<std::uint8_t> bytes(4'096);
    random.fill(bytes);
    EXPECT_GT(std::set<std::uint8_t>(bytes.begin(), bytes.end()).size(), 200U);
}

}  // namespace
}  // namespace socketio::shard
