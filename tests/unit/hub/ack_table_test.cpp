// Waiting for answers: taken once, timed out once, the oldest first.

#include "hub/ack_table.hpp"

#include "unit/engine/fakes.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace socketio::hub {
namespace {

using namespace std::chrono_literals;

class AckTableTest : public testing::Test, protected AckOwner {
protected:
    AckHandler handler(int number) {
        return [this, number](boost::system::error_code, const Args&) { called.push_back(number); };
    }
    void on_ack_timeout(AckHandler handler) override {
        ++timeouts;
        handler(errc::ack_timeout, {});
    }
    void pass(base::Milliseconds time) { deadlines.advance(deadlines.now() + time); }

    base::DeadlineQueue deadlines{engine::test_start};
    AckTable table{deadlines, *this};
    std::vector<int> called;
    int timeouts = 0;
};

TEST_F(AckTableTest, TakesEachHandlerOnce) {
    table.add(3, handler(3), 0ms);
    table.add(4, handler(4), 0ms);
    auto taken = table.take(4);
    ASSERT_TRUE(taken);
    (*taken)({}, {});
    EXPECT_EQ(called, std::vector<int>{4});
    EXPECT_FALSE(table.take(4));
    EXPECT_FALSE(table.take(99));
    EXPECT_EQ(table.size(), 1U);
}

TEST_F(AckTableTest, TimesOutOnlyWhatHasATimeout) {
    table.add(0, handler(0), 0ms);
    table.add(1, handler(1), 500ms);
    table.add(2, handler(2), 100ms);
    pass(100ms);
    EXPECT_EQ(called, std::vector<int>{2});
    pass(1h);
    EXPECT_EQ(called, (std::vector<int>{2, 1}));
    EXPECT_EQ(table.size(), 1U);
}

TEST_F(AckTableTest, AnAnswerInTimeDisarmsItsTimeout) {
    table.add(0, handler(0), 500ms);
    EXPECT_TRUE(table.take(0));
    EXPECT_TRUE(deadlines.empty());
    pass(1s);
    EXPECT_EQ(timeouts, 0);
}

TEST_F(AckTableTest, UnboundedWaitsNeedNoDeadline) {
    table.add(0, handler(0), 0ms);
    EXPECT_TRUE(deadlines.empty());
}

TEST_F(AckTableTest, TheOldestIsTheOneWithTheLowestId) {
    for (int id = 5; id < 8; ++id) table.add(static_cast<std::uint64_t>(id), handler(id), 0ms);
    while (auto oldest = table.take_oldest()) (*oldest)({}, {});
    EXPECT_EQ(called, (std::vector<int>{5, 6, 7}));
}

}  // namespace
}  // namespace socketio::hub
