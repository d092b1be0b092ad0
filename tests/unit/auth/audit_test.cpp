// Refusals in the log: one line a second, and never a token.
#include "auth/audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chartcast::auth {
namespace {

using testing::ElementsAre;

struct World {
    std::int64_t now = 5000;
    std::vector<std::string> lines;
    Audit audit{[this] { return now; },
                [this](const Refused& refused, std::uint64_t unsaid) {
                    lines.push_back(std::string(refused.where) + " +" + std::to_string(unsaid));
                }};
};

TEST(Audit, WritesOneLineASecondAndCountsTheOthers) {
    World world;
    for (int i = 0; i < 1000; ++i) world.audit.refused({"view", "", "unknown", "a"});
    EXPECT_THAT(world.lines, ElementsAre("a +0"));
    world.now += 999;
    world.audit.refused({"view", "", "unknown", "b"});
    world.now += 1;
    world.audit.refused({"view", "", "unknown", "c"});
    world.now += 1000;
    world.audit.refused({"view", "", "unknown", "d"});
    EXPECT_THAT(world.lines, ElementsAre("a +0", "c +1000", "d +0"));
}

TEST(Audit, GoesOnWhenTheClockIsSetBack) {
    World world;
    world.audit.refused({"view", "", "unknown", "a"});
    world.now -= 3000;
    world.audit.refused({"view", "", "unknown", "b"});
    EXPECT_THAT(world.lines, ElementsAre("a +0", "b +0"));
}

TEST(Audit, BlanksTokensInUrls) {
    World world;
    world.audit.refused({"view", "", "unknown", "/c/deals?token=secret&x=1"});
    EXPECT_THAT(world.lines, ElementsAre("/c/deals?token=***&x=1 +0"));
}

}  // namespace
}  // namespace chartcast::auth
