// A shard on an event loop of the application's: turns, letters, time, and its end.
#include "shard/shard_group.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::shard {
namespace {

using Clock = std::chrono::steady_clock;
using Events = std::vector<std::string>;

/// Of one shard, whose loop is the test's.
struct MountedWorld {
    MountedWorld() { shards.emplace(1, options, log, &context); }

    [[nodiscard]] Shard& shard() { return (*shards)[0]; }
    void in_loop(std::function<void()> work) { boost::asio::post(context, std::move(work)); }
    /// Until nothing waits in the loop.
    void run() {
        context.restart();
        context.run();
    }

    boost::asio::io_context context;
    Options options;
    base::Log log;
    std::optional<ShardGroup> shards;
};

class Note final : public TurnTask {
public:
    explicit Note(Events& events) : events_(events) {}

private:
    void at_turn_end() override { events_.emplace_back("task"); }

    Events& events_;
};

/// Takes that long.
void compute(std::chrono::milliseconds time) {
    const auto until = Clock::now() + time;
    while (Clock::now() < until) {
    }
}

/// Notes when its time has come.
struct Watch {
    explicit Watch(Shard& shard) : deadlines(shard.deadlines()) {}
    void arm(base::Milliseconds delay) {
        armed_at = Clock::now();
        deadlines.arm_after(deadline, delay);
    }
    void on_deadline(base::TimePoint) { waited = Clock::now() - armed_at; }

    base::DeadlineQueue& deadlines;
    Clock::time_point armed_at;
    std::optional<Clock::duration> waited;
    base::MemberDeadline<Watch, &Watch::on_deadline> deadline{*this};
};

TEST(MountedShard, EndsItsTurnBehindWhatIsReady) {
    MountedWorld world;
    Events events;
    Note note(events);
    world.in_loop([&] {
        events.emplace_back("one");
        world.shard().schedule(note);
        world.shard().schedule(note);
    });
    world.in_loop([&] { events.emplace_back("two"); });
    world.run();
    EXPECT_EQ(events, (Events{"one", "two", "task"}));
    world.in_loop([&] { world.shard().schedule(note); });
    world.run();
    EXPECT_EQ(events.size(), 4U) << "the next turn has an end, too";
}

TEST(MountedShard, FreesTheDeadOfAHandlerOfTheApplications) {
    struct Dead final : Mortal {
        explicit Dead(bool& to_note) : freed(to_note) {}
        ~Dead() override { freed = true; }
        bool& freed;
    };
    MountedWorld world;
    bool freed = false;
    world.in_loop([&] {
        world.shard().bury(std::make_unique<Dead>(freed));
        EXPECT_FALSE(freed);
    });
    world.run();
    EXPECT_TRUE(freed);
}

TEST(MountedShard, ReadsLettersSinceItsStartInTheirOrder) {
    MountedWorld world;
    std::vector<int> read;
    world.shards->post(0, [&] { read.push_back(1); });
    world.shards->post(0, [&] { read.push_back(2); });
    world.run();
    EXPECT_TRUE(read.empty()) << "it has not started";
    world.shard().start([] {});
    world.shards->post(0, [&] { read.push_back(3); });
    world.run();
    EXPECT_EQ(read, (std::vector<int>{1, 2, 3}));
    world.shards->post(0, [&] { read.push_back(4); });
    world.run();
    EXPECT_EQ(read.back(), 4);
}

TEST(MountedShard, IsCurrentInsideOfItsLoopAlone) {
    MountedWorld world;
    ShardGroup neighbours(1, world.options, world.log, &world.context);
    ShardGroup strangers(1, world.options, world.log);
    EXPECT_FALSE(world.shard().is_current());
    EXPECT_EQ(world.shards->current(), nullptr);
    int looked = 0;
    world.in_loop([&] {
        EXPECT_TRUE(world.shard().is_current());
        EXPECT_EQ(world.shards->current(), &world.shard());
        EXPECT_EQ(neighbours.current(), &neighbours[0]) << "it is at home here, too";
        EXPECT_EQ(strangers.current(), nullptr);
        world.shards->on_shard(0, [&] { ++looked; });
        EXPECT_EQ(looked, 1) << "at once";
    });
    world.run();
    EXPECT_EQ(looked, 1);
}

TEST(MountedShard, ArmsByTheTimeOfTheCall) {
    MountedWorld world;
    Watch watch(world.shard());
    world.in_loop([&] {
        const auto guard = world.shard().begin_work("the begin of a turn");
        // An event loop of the application's may be held up, in debug builds too.
        compute(std::chrono::milliseconds(120));
        watch.arm(base::Milliseconds(100));
    });
    world.run();
    ASSERT_TRUE(watch.waited) << "the loop ended before its time";
    EXPECT_GE(*watch.waited, std::chrono::milliseconds(100));
}

TEST(Shard, ArmsByTheTimeOfTheCallInHandlersOfTheApplications) {
    const Options options;
    const base::Log log;
    ShardGroup shards(1, options, log);
    Watch watch(shards[0]);
    // Nothing has told the shard the time since it began to wait.
    boost::asio::steady_timer timer(shards[0].context(), std::chrono::milliseconds(120));
    timer.async_wait([&](boost::system::error_code) {
        watch.arm(base::Milliseconds(100));
        timer.expires_after(std::chrono::milliseconds(150));
        timer.async_wait([&](boost::system::error_code) { shards[0].stop(); });
    });
    shards.run();
    ASSERT_TRUE(watch.waited);
    EXPECT_GE(*watch.waited, std::chrono::milliseconds(100));
}

TEST(MountedShard, CallsNoHandlerWhenItIsGone) {
    MountedWorld world;
    bool called = false;
    Events events;
    auto note = std::make_unique<Note>(events);
    auto watch = std::make_unique<Watch>(world.shard());
    world.shard().start([&] { called = true; });
    world.in_loop([&] {
        boost::asio::post(world.context, world.shard().handler([&] { called = true; }));
        world.shards->post(0, [&] { called = true; });
        world.shard().schedule(*note);
        watch->arm(base::Milliseconds(0));
        note.reset();
        watch.reset();
        world.shards.reset();
    });
    world.run();
    EXPECT_FALSE(called);
    EXPECT_TRUE(events.empty());
}

TEST(MountedShard, TellsItsEndAndKeepsNoLettersAfterIt) {
    MountedWorld world;
    int ended = 0;
    world.shard().start([&] { ++ended; });
    world.shards->post(0, [&] {
        world.shard().stop();
        EXPECT_EQ(ended, 0) << "the turn goes on";
    });
    world.run();
    EXPECT_EQ(ended, 1);
    const auto content = std::make_shared<int>(0);
    world.shards->post(0, [content] { ADD_FAILURE() << "read after the end"; });
    EXPECT_EQ(content.use_count(), 1) << "it is kept";
    world.run();
    EXPECT_EQ(ended, 1);
}

TEST(MountedShard, DoesItsLastWorkWithoutItsLoop) {
    MountedWorld world;
    Events events;
    Note note(events);
    world.shard().start([] {});
    world.run();
    world.shard().finish([&] {
        EXPECT_TRUE(world.shard().is_current());
        world.shard().schedule(note);
    });
    EXPECT_EQ(events, Events{"task"});
    EXPECT_FALSE(world.shard().is_current());
    world.run();
    EXPECT_EQ(events.size(), 1U);
}

}  // namespace
}  // namespace socketio::shard
