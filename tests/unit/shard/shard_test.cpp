#include "shard/shard.hpp"

#include "shard/shard_group.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace socketio::shard {
namespace {

struct World {
    explicit World(unsigned count) : shards(count, options, log) {}

    void stop_all() {
        for (unsigned i = 0; i < shards.size(); ++i) {
            shards.post(i, [this, i] { shards[i].stop(); });
        }
    }

    Options options;
    base::Log log;
    ShardGroup shards;
};

class Recorder final : public TurnTask {
public:
    Recorder(Shard& shard, std::vector<std::string>& events, std::string name, int again = 0)
        : shard_(shard), events_(events), name_(std::move(name)), again_(again) {}

private:
    void at_turn_end() override {
        events_.push_back(name_);
        if (again_-- > 0) shard_.schedule(*this);
    }

    Shard& shard_;
    std::vector<std::string>& events_;
    std::string name_;
    int again_;
};

TEST(Shard, RunsAScheduledTaskOnceAfterTheWorkOfTheTurn) {
    World world(1);
    std::vector<std::string> events;
    Recorder task(world.shards[0], events, "task");
    world.shards.post(0, [&] {
        world.shards[0].schedule(task);
        events.push_back("first");
    });
    world.shards.post(0, [&] {
        world.shards[0].schedule(task);
        events.push_back("second");
        world.shards[0].stop();
    });
    world.shards.run();
    EXPECT_EQ(events, (std::vector<std::string>{"first", "second", "task"}));
}

TEST(Shard, LetsATaskScheduleItselfAgainWithinTheTurn) {
    World world(1);
    std::vector<std::string> events;
    Recorder task(world.shards[0], events, "task", 2);
    world.shards.post(0, [&] {
        world.shards[0].schedule(task);
        world.shards[0].stop();
    });
    world.shards.run();
    EXPECT_EQ(events.size(), 3U);
}

TEST(Shard, EndsItsTurnsAlsoUnderWorkThatNeverEnds) {
    World world(1);
    std::vector<std::string> events;
    Recorder task(world.shards[0], events, "task");
    int left = 100'000;
    std::function<void()> work = [&] {
        if (!events.empty()) return world.shards[0].stop();
        if (--left == 0) {
            ADD_FAILURE() << "the turn goes on and on";
            return world.shards[0].stop();
        }
        world.shards.post(0, work);
    };
    world.shards.post(0, [&] {
        world.shards[0].schedule(task);
        work();
    });
    world.shards.run();
    EXPECT_EQ(events.size(), 1U);
}

TEST(Shard, ForgetsATaskThatIsDestroyedBeforeTheTurnEnds) {
    World world(1);
    std::vector<std::string> events;
    world.shards.post(0, [&] {
        Recorder gone(world.shards[0], events, "gone");
        world.shards[0].schedule(gone);
        world.shards[0].stop();
    });
    world.shards.run();
    EXPECT_TRUE(events.empty());
}

TEST(Shard, FreesTheDeadAfterTheTurn) {
    struct Dead final : Mortal {
        explicit Dead(std::vector<std::string>& log) : events(log) {}
        ~Dead() override { events.push_back("freed"); }
        std::vector<std::string>& events;
    };
    World world(1);
    std::vector<std::string> events;
    Recorder task(world.shards[0], events, "task");
    world.shards.post(0, [&] {
        world.shards[0].bury(std::make_unique<Dead>(events));
        world.shards[0].schedule(task);
        events.push_back("work");
        world.shards[0].stop();
    });
    world.shards.run();
    EXPECT_EQ(events, (std::vector<std::string>{"work", "task", "freed"}));
}

TEST(Shard, FiresDeadlines) {
    struct Stop {
        explicit Stop(Shard& given) : shard(given) {}
        void fire(base::TimePoint) { shard.stop(); }
        Shard& shard;
        base::MemberDeadline<Stop, &Stop::fire> deadline{*this};
    };
    World world(1);
    Stop stop(world.shards[0]);
    const auto began = std::chrono::steady_clock::now();
    world.shards.post(
        0, [&] { world.shards[0].deadlines().arm_after(stop.deadline, base::Milliseconds(30)); });
    world.shards.run();
    EXPECT_GE(std::chrono::steady_clock::now() - began, base::Milliseconds(30));
}

TEST(ShardGroup, PassesLettersBetweenShardsInOrder) {
    constexpr int count = 5'000;
    World world(2);
    std::vector<int> received;
    world.shards.post(0, [&] {
        EXPECT_EQ(Shard::current(), &world.shards[0]);
        for (int number = 0; number < count; ++number) {
            world.shards.on_shard(1, [&, number] {
                EXPECT_EQ(Shard::current(), &world.shards[1]);
                received.push_back(number);
                if (number == count - 1) world.shards.on_shard(0, [&] { world.stop_all(); });
            });
        }
    });
    world.shards.run();
    ASSERT_EQ(received.size(), static_cast<std::size_t>(count));
    for (int number = 0; number < count; ++number)
        ASSERT_EQ(received[static_cast<std::size_t>(number)], number);
}

TEST(ShardGroup, RunsAtOnceWhatIsMeantForTheCallersShard) {
    World world(1);
    std::vector<std::string> events;
    world.shards.post(0, [&] {
        world.shards.on_shard(0, [&] { events.push_back("inside"); });
        events.push_back("after");
        world.stop_all();
    });
    world.shards.run();
    EXPECT_EQ(events, (std::vector<std::string>{"inside", "after"}));
}

TEST(ShardGroup, GivesPlacesToTheShardWithTheFewest) {
    World world(3);
    EXPECT_EQ(world.shards.take_place(), 0U);
    EXPECT_EQ(world.shards.take_place(), 1U);
    EXPECT_EQ(world.shards.take_place(), 2U);
    world.shards.give_place_back(1);
    EXPECT_EQ(world.shards.take_place(), 1U);
    world.shards.move_place(2, 0);
    EXPECT_EQ(world.shards.take_place(), 2U);
    EXPECT_EQ(world.shards.connections(), 4U);
}

#ifndef NDEBUG
TEST(TurnGuardDeathTest, AbortsWhenWorkComputesTooLong) {
    EXPECT_DEATH(
        {
            const TurnGuard guard("counting");
            const auto began = std::chrono::steady_clock::now();
            volatile unsigned counter = 0;
            while (std::chrono::steady_clock::now() - began < base::Milliseconds(300)) {
                counter = counter + 1;
            }
        },
        "held up .* by \"counting\" \\(computing\\)");
}
#endif

TEST(TurnGuard, LetsShortWorkPass) {
    const TurnGuard guard("nothing");
}

}  // namespace
}  // namespace socketio::shard
