#include "shard/address_table.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

namespace socketio::shard {
namespace {

using namespace std::chrono_literals;
using Answer = AddressTable::Answer;

constexpr base::TimePoint start{std::chrono::hours(1)};

AddressKey key(std::uint64_t number) {
    return AddressKey{number};
}

TEST(AddressTable, CountsTheConnectionsOfEachAddress) {
    AddressTable table(2, 0);
    EXPECT_EQ(table.enter(key(1), start), Answer::welcome);
    EXPECT_EQ(table.enter(key(1), start), Answer::welcome);
    EXPECT_EQ(table.enter(key(1), start), Answer::too_many);
    EXPECT_EQ(table.enter(key(2), start), Answer::welcome);
    table.leave(key(1));
    EXPECT_EQ(table.enter(key(1), start), Answer::welcome);
    EXPECT_EQ(table.enter(key(1), start), Answer::too_many);
}

TEST(AddressTable, ForgetsWhoHasLeft) {
    AddressTable table(2, 0);
    for (std::uint64_t number = 0; number < 1'000; ++number) {
        EXPECT_EQ(table.enter(key(number), start), Answer::welcome);
    }
    EXPECT_EQ(table.size(), 1'000U);
    for (std::uint64_t number = 0; number < 1'000; ++number) table.leave(key(number));
    EXPECT_EQ(table.size(), 0U);
}

TEST(AddressTable, BoundsTheRateOfEachAddress) {
    AddressTable table(0, 3);
    auto now = start;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(table.enter(key(1), now), Answer::welcome);
    EXPECT_EQ(table.enter(key(1), now), Answer::too_fast);
    EXPECT_EQ(table.enter(key(2), now), Answer::welcome);
    now += 334ms;
    EXPECT_EQ(table.enter(key(1), now), Answer::welcome);
    EXPECT_EQ(table.enter(key(1), now), Answer::too_fast);
}

TEST(AddressTable, KeepsARateFromOneSecondToTheNext) {
    AddressTable table(0, 10);
    auto now = start;
    // At its rate for a while; then a burst that has nothing saved.
    for (int i = 0; i < 10; ++i) EXPECT_EQ(table.enter(key(1), now), Answer::welcome);
    for (int i = 0; i < 50; ++i) {
        now += 101ms;
        EXPECT_EQ(table.enter(key(1), now), Answer::welcome) << i;
        EXPECT_EQ(table.enter(key(1), now), Answer::too_fast) << i;
    }
}

TEST(AddressTable, ForgetsARateThatIsFullAgain) {
    AddressTable table(0, 1);
    auto now = start;
    for (std::uint64_t number = 0; number < 100; ++number) (void)table.enter(key(number), now);
    EXPECT_EQ(table.size(), 100U);
    for (int seconds = 0; seconds < 2; ++seconds) {
        now += 1s;
        EXPECT_EQ(table.enter(key(1'000), now), Answer::welcome);
    }
    EXPECT_LE(table.size(), 2U);
}

TEST(AddressTable, HoldsABoundedNumberOfRates) {
    AddressTable table(0, 1);
    for (std::uint64_t number = 0; number < 200'000; ++number) {
        EXPECT_EQ(table.enter(key(number), start), Answer::welcome);
    }
    EXPECT_LE(table.size(), AddressTable::rates_max);
}

TEST(AddressTable, RefusalsForTheirNumberTakeNothingOfTheRate) {
    AddressTable table(1, 2);
    EXPECT_EQ(table.enter(key(1), start), Answer::welcome);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(table.enter(key(1), start), Answer::too_many);
    table.leave(key(1));
    EXPECT_EQ(table.enter(key(1), start), Answer::welcome);
}

TEST(AddressPlace, IsGivenBackOnce) {
    AddressTable table(1, 0);
    ASSERT_EQ(table.enter(key(1), start), Answer::welcome);
    std::optional<AddressPlace> place(AddressPlace(table, key(1)));
    EXPECT_TRUE(*place);
    AddressPlace moved(std::move(*place));
    EXPECT_FALSE(*place);
    place.reset();
    EXPECT_EQ(table.enter(key(1), start), Answer::too_many);
    moved = AddressPlace();
    EXPECT_EQ(table.enter(key(1), start), Answer::welcome);
}

TEST(AddressTable, IsKeptByManyThreads) {
    constexpr int rounds = 5'000;
    AddressTable table(1'000, 1'000'000);
    std::vector<std::jthread> threads;
    for (std::uint64_t number = 0; number < 4; ++number) {
        threads.emplace_back([&table, number] {
            for (int i = 0; i < rounds; ++i) {
                if (table.enter(key(number % 2), start) == Answer::welcome) {
                    const AddressPlace place(table, key(number % 2));
                }
            }
        });
    }
    threads.clear();
    EXPECT_LE(table.size(), 2U) << "their rates alone";
}

}  // namespace
}  // namespace socketio::shard
