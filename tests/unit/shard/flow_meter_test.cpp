#include "shard/flow_meter.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace socketio::shard {
namespace {

TEST(FlowMeter, RefusesWhatIsOverItsBound) {
    FlowMeter meter(10);
    EXPECT_TRUE(meter.add(6));
    EXPECT_FALSE(meter.add(5));
    EXPECT_TRUE(meter.add(4));
    EXPECT_EQ(meter.bytes(), 10U);
    meter.remove(6);
    EXPECT_TRUE(meter.add(5));
}

TEST(FlowMeter, TakesMoreThanItsBoundWhenItIsEmpty) {
    FlowMeter meter(10);
    EXPECT_TRUE(meter.add(1'000));
    EXPECT_FALSE(meter.add(1));
    meter.remove(1'000);
    EXPECT_TRUE(meter.add(1));
}

TEST(FlowMeter, TakesNothingOnceItIsClosed) {
    FlowMeter meter(10);
    EXPECT_TRUE(meter.close());
    EXPECT_FALSE(meter.close());
    EXPECT_FALSE(meter.add(1));
    EXPECT_FALSE(meter.open());
}

TEST(FlowMeter, CountsForManyThreads) {
    FlowMeter meter(1'000);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n) {
                if (meter.add(300)) meter.remove(300);
            }
        });
    }
    threads.clear();
    EXPECT_EQ(meter.bytes(), 0U);
}

}  // namespace
}  // namespace socketio::shard
