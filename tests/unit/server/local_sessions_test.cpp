// What a LocalCluster keeps of sockets that left: who gets what back, and what is forgotten.
#include "server/local_sessions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class LocalSessionsTest : public testing::Test {
protected:
    /// Its offset.
    std::string note(std::string event, std::vector<std::string> rooms = {},
                     std::vector<std::string> except = {}, std::string nsp = "/") {
        ClusterBroadcast broadcast{std::move(nsp), {std::move(event)}, {}, {}};
        broadcast.audience = {std::move(rooms), std::move(except)};
        kept.note(broadcast, wall_clock);
        return broadcast.offset;
    }
    void keep(const std::string& pid, std::vector<std::string> rooms = {"red"}) {
        kept.keep({"sid of " + pid, pid, "/", std::move(rooms), Value(7)}, now + 10s, now);
    }
    std::unique_ptr<RestoredSession> restore(const std::string& pid, const std::string& offset,
                                             const std::string& nsp = "/") {
        return kept.restore(nsp, pid, offset, now);
    }
    static std::vector<std::string> names(const RestoredSession& restored) {
        std::vector<std::string> all;
        for (const auto& event : restored.missed) all.push_back(event.data.at(0).as_string());
        return all;
    }

    RecoveryOptions bounds{.sessions_max = 3, .packets_max = 4};
    LocalSessions kept{bounds};
    base::TimePoint now{std::chrono::hours(1)};
    std::uint64_t wall_clock = 1'790'000'000'000;
};

TEST_F(LocalSessionsTest, GiveASessionBackOnceWithWhatItMissed) {
    const auto last = note("seen");
    keep("p");
    note("for all");
    note("red", {"red"});
    note("blue", {"blue"});
    const auto restored = restore("p", last);
    ASSERT_TRUE(restored);
    EXPECT_EQ(restored->session.sid, "sid of p");
    EXPECT_EQ(restored->session.pid, "p");
    EXPECT_THAT(restored->session.rooms, ElementsAre("red"));
    EXPECT_EQ(restored->session.data, Value(7));
    EXPECT_THAT(names(*restored), ElementsAre("for all", "red"));
    EXPECT_FALSE(restored->missed[0].offset.empty());
    EXPECT_FALSE(restore("p", last)) << "it is there for nobody else";
    EXPECT_EQ(kept.sessions(), 0U);
}

TEST_F(LocalSessionsTest, KnowWhoWasMeant) {
    const auto last = note("seen");
    keep("p", {"red", "blue"});
    note("own", {"sid of p"});
    note("but red", {"blue"}, {"red"});
    note("elsewhere", {}, {}, "/other");
    const auto restored = restore("p", last);
    ASSERT_TRUE(restored);
    EXPECT_THAT(names(*restored), ElementsAre("own"));
}

TEST_F(LocalSessionsTest, GiveOffsetsThatGrow) {
    const auto first = note("1");
    EXPECT_EQ(first, "1790000000000-0");
    EXPECT_EQ(note("2"), "1790000000000-1");
    wall_clock -= 5'000;
    EXPECT_EQ(note("3"), "1790000000000-2") << "the clock was set";
    wall_clock += 6'000;
    EXPECT_EQ(note("4"), "1790000001000-0");
    ClusterBroadcast hurried{"/", {"5"}, {}, {}};
    hurried.flags.is_volatile = true;
    kept.note(hurried, wall_clock);
    EXPECT_EQ(hurried.offset, "");
    EXPECT_EQ(kept.events(), 4U);
}

TEST_F(LocalSessionsTest, TakeNobodysWord) {
    note("1");
    for (const auto* offset : {"", "-", "1", "1-", "-1", "1790000000000-0x", "1790000000000-1",
                               "1790000000000 -0", "99999999999999999999-0", "a-b"}) {
        keep("p");
        EXPECT_FALSE(restore("p", offset)) << offset;
        EXPECT_EQ(kept.sessions(), 0U) << "it is used up";
    }
    EXPECT_FALSE(restore("unknown", "1790000000000-0"));
    keep("p");
    EXPECT_FALSE(restore("p", "1790000000000-0", "/other"));
    EXPECT_TRUE(restore("p", "1790000000000-0")) << "who asks elsewhere takes nothing away";
}

TEST_F(LocalSessionsTest, EndWithTheirTime) {
    const auto last = note("seen");
    keep("p");
    now += 10s;
    EXPECT_FALSE(restore("p", last));
    keep("old");
    now += 11s;
    keep("new");
    EXPECT_EQ(kept.sessions(), 1U) << "those whose time is over go with the next that comes";
}

TEST_F(LocalSessionsTest, ForgetTheOldestBeyondTheirBounds) {
    const auto last = note("seen");
    for (const auto* pid : {"1", "2", "3", "4"}) keep(pid);
    EXPECT_EQ(kept.sessions(), 3U);
    EXPECT_FALSE(restore("1", last));
    EXPECT_TRUE(restore("2", last));
    for (int i = 0; i < 4; ++i) note("more");
    EXPECT_EQ(kept.events(), 4U);
    EXPECT_FALSE(restore("3", last)) << "nobody knows what it missed";
    keep("4");
    keep("4");
    EXPECT_EQ(kept.sessions(), 1U);
}

TEST_F(LocalSessionsTest, CountBytes) {
    RecoveryOptions small;
    small.packet_bytes_max = 3'000;
    small.session_bytes_max = 3'000;
    LocalSessions few{small};
    for (int i = 0; i < 10; ++i) {
        ClusterBroadcast large{"/", {std::string(1'000, 'x')}, {}, {}};
        few.note(large, wall_clock);
        few.keep({"sid", std::to_string(i), "/", {std::string(1'000, 'r')}, nullptr}, now + 1s,
                 now);
    }
    EXPECT_LE(few.events(), 2U);
    EXPECT_GE(few.events(), 1U);
    EXPECT_LE(few.sessions(), 2U);
    EXPECT_GE(few.sessions(), 1U);
}

}  // namespace
}  // namespace socketio
