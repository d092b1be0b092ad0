// The timing wheel under a clock that the test turns.

#include "base/deadline_queue.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace socketio::base {
namespace {

constexpr TimePoint start = TimePoint(std::chrono::hours(5));
/// More than one turn of the wheel (40.96 s).
constexpr Milliseconds two_turns{90'000};

class Alarm : public Deadline {
public:
    explicit Alarm(std::function<void(TimePoint)> action = {}) : action_(std::move(action)) {}

    int fired = 0;
    TimePoint fired_at;

protected:
    void on_deadline(TimePoint now) override {
        ++fired;
        fired_at = now;
        if (action_) action_(now);
    }

private:
    std::function<void(TimePoint)> action_;
};

TEST(DeadlineQueue, FiresOnceAtTheFirstTickAtOrAfterItsTime) {
    DeadlineQueue queue(start);
    Alarm alarm;
    queue.arm(alarm, start + Milliseconds(25));
    EXPECT_TRUE(alarm.armed());
    queue.advance(start + Milliseconds(29));
    EXPECT_EQ(alarm.fired, 0);
    queue.advance(start + Milliseconds(30));
    EXPECT_EQ(alarm.fired, 1);
    EXPECT_EQ(alarm.fired_at, start + Milliseconds(30));
    EXPECT_FALSE(alarm.armed());
    queue.advance(start + two_turns);
    EXPECT_EQ(alarm.fired, 1);
}

TEST(DeadlineQueue, NeverFiresEarlyAndAtMostOneTickLate) {
    for (int delay = 0; delay <= 40; ++delay) {
        DeadlineQueue queue(start);
        Alarm alarm;
        queue.arm_after(alarm, Milliseconds(delay));
        auto now = start;
        while (alarm.fired == 0) queue.advance(now += std::chrono::microseconds(500));
        EXPECT_GE(now, start + Milliseconds(delay));
        EXPECT_LE(now, start + Milliseconds(delay) + DeadlineQueue::tick);
    }
}

TEST(DeadlineQueue, FiresEarlierTicksFirstEvenInOneAdvance) {
    DeadlineQueue queue(start);
    std::string order;
    Alarm a([&](TimePoint) { order += 'a'; });
    Alarm b([&](TimePoint) { order += 'b'; });
    Alarm c([&](TimePoint) { order += 'c'; });
    queue.arm_after(c, two_turns);
    queue.arm_after(b, Milliseconds(200));
    queue.arm_after(a, Milliseconds(100));
    queue.advance(start + two_turns);
    EXPECT_EQ(order, "abc");
}

TEST(DeadlineQueue, KeepsEntriesOfLaterTurnsOfTheWheel) {
    DeadlineQueue queue(start);
    Alarm soon;
    Alarm late;
    queue.arm_after(late, Milliseconds(100 + 40'960));
    queue.arm_after(soon, Milliseconds(100));
    queue.advance(start + Milliseconds(100));
    EXPECT_EQ(soon.fired, 1);
    EXPECT_EQ(late.fired, 0);
    queue.advance(start + Milliseconds(100 + 40'950));
    EXPECT_EQ(late.fired, 0);
    queue.advance(start + Milliseconds(100 + 40'960));
    EXPECT_EQ(late.fired, 1);
}

TEST(DeadlineQueue, DoesNotFireWhatWasCancelledOrDestroyed) {
    DeadlineQueue queue(start);
    Alarm cancelled;
    auto destroyed = std::make_unique<Alarm>();
    queue.arm_after(cancelled, Milliseconds(10));
    queue.arm_after(*destroyed, Milliseconds(10));
    EXPECT_FALSE(queue.empty());
    cancelled.cancel();
    destroyed = nullptr;
    EXPECT_TRUE(queue.empty());
    queue.advance(start + Milliseconds(100));
    EXPECT_EQ(cancelled.fired, 0);
}

TEST(DeadlineQueue, MovesADeadlineThatIsArmedAnew) {
    DeadlineQueue queue(start);
    Alarm alarm;
    queue.arm_after(alarm, Milliseconds(10));
    queue.arm_after(alarm, Milliseconds(500));
    queue.advance(start + Milliseconds(490));
    EXPECT_EQ(alarm.fired, 0);
    queue.advance(start + Milliseconds(500));
    EXPECT_EQ(alarm.fired, 1);
}

TEST(DeadlineQueue, LetsAHandlerArmItselfAgain) {
    DeadlineQueue queue(start);
    Alarm* self = nullptr;
    Alarm alarm([&](TimePoint) { queue.arm_after(*self, Milliseconds(0)); });
    self = &alarm;
    queue.arm_after(alarm, Milliseconds(10));
    queue.advance(start + Milliseconds(10));
    EXPECT_EQ(alarm.fired, 1);
    EXPECT_TRUE(alarm.armed());
    queue.advance(start + Milliseconds(20));
    EXPECT_EQ(alarm.fired, 2);
}

TEST(DeadlineQueue, LetsAHandlerCancelAndDestroyOthersOfItsTick) {
    DeadlineQueue queue(start);
    Alarm cancelled;
    auto destroyed = std::make_unique<Alarm>();
    Alarm moved;
    Alarm last;
    Alarm killer([&](TimePoint) {
        cancelled.cancel();
        destroyed = nullptr;
        queue.arm_after(moved, Milliseconds(1000));
    });
    for (Alarm* alarm : {&killer, &cancelled, destroyed.get(), &moved, &last}) {
        queue.arm_after(*alarm, Milliseconds(50));
    }
    queue.advance(start + Milliseconds(50));
    EXPECT_EQ(killer.fired, 1);
    EXPECT_EQ(cancelled.fired, 0);
    EXPECT_EQ(moved.fired, 0);
    EXPECT_EQ(last.fired, 1);
    queue.advance(start + Milliseconds(1050));
    EXPECT_EQ(moved.fired, 1);
    EXPECT_TRUE(queue.empty());
}

TEST(DeadlineQueue, LetsAHandlerDestroyItself) {
    DeadlineQueue queue(start);
    std::unique_ptr<Alarm> alarm;
    int fired = 0;
    alarm = std::make_unique<Alarm>([&](TimePoint) {
        ++fired;
        auto own = std::move(alarm);
        own = nullptr;
    });
    queue.arm_after(*alarm, Milliseconds(10));
    queue.advance(start + Milliseconds(10));
    EXPECT_EQ(fired, 1);
    EXPECT_EQ(alarm, nullptr);
}

TEST(DeadlineQueue, TellsWhenItIsWorthComingBack) {
    DeadlineQueue queue(start);
    EXPECT_EQ(queue.next(), TimePoint::max());
    Alarm late;
    Alarm soon;
    queue.arm_after(late, Milliseconds(30'000));
    EXPECT_EQ(queue.next(), start + Milliseconds(30'000));
    queue.arm_after(soon, Milliseconds(25));
    EXPECT_EQ(queue.next(), start + Milliseconds(30));
    soon.cancel();
    EXPECT_EQ(queue.next(), start + Milliseconds(30'000));
    late.cancel();
    EXPECT_EQ(queue.next(), TimePoint::max());
    queue.arm_after(soon, Milliseconds(10));
    EXPECT_EQ(queue.next(), start + Milliseconds(10));
}

TEST(DeadlineQueue, TellsATimeFromInsideAHandlerToo) {
    DeadlineQueue queue(start);
    TimePoint told;
    Alarm other;
    Alarm alarm([&](TimePoint) { told = queue.next(); });
    queue.arm_after(alarm, Milliseconds(10));
    queue.arm_after(other, Milliseconds(10));
    queue.advance(start + Milliseconds(10));
    EXPECT_EQ(told, start + Milliseconds(10));
    EXPECT_EQ(other.fired, 1);
}

TEST(DeadlineQueue, NeverTellsATimeAfterTheEarliestDeadline) {
    std::mt19937 random(7);
    DeadlineQueue queue(start);
    std::vector<std::unique_ptr<Alarm>> alarms;
    std::vector<TimePoint> due;
    auto now = start;
    for (int step = 0; step < 1000; ++step) {
        const auto delay = Milliseconds(random() % 100'000);
        alarms.push_back(std::make_unique<Alarm>());
        due.push_back(now + delay);
        queue.arm(*alarms.back(), due.back());
        if (step % 3 == 0) alarms[random() % alarms.size()]->cancel();
        auto earliest = TimePoint::max();
        for (std::size_t at = 0; at < alarms.size(); ++at) {
            if (alarms[at]->armed()) earliest = std::min(earliest, due[at]);
        }
        EXPECT_LE(queue.next() - DeadlineQueue::tick, earliest);
        EXPECT_GT(queue.next(), now - DeadlineQueue::tick);
        now += Milliseconds(random() % 50);
        queue.advance(now);
        for (std::size_t at = 0; at < alarms.size(); ++at) {
            const auto& alarm = *alarms[at];
            const bool overdue = alarm.armed() && due[at] + DeadlineQueue::tick <= now;
            const bool early = alarm.fired > 0 && alarm.fired_at < due[at];
            ASSERT_FALSE(overdue || early) << "step " << step;
        }
    }
}

TEST(DeadlineQueue, TakesTimesAtTheEndOfTheClock) {
    DeadlineQueue queue(start);
    Alarm at_the_end;
    Alarm after_ages;
    queue.arm(at_the_end, TimePoint::max());
    queue.arm_after(after_ages, Milliseconds::max());
    queue.advance(start + std::chrono::hours(1));
    EXPECT_EQ(at_the_end.fired + after_ages.fired, 0);
    EXPECT_TRUE(at_the_end.armed() && after_ages.armed());
    EXPECT_GT(queue.next(), queue.now());
}

TEST(DeadlineQueue, FiresATimeInThePastAtTheNextTick) {
    DeadlineQueue queue(start);
    Alarm alarm;
    queue.arm(alarm, start - std::chrono::hours(1));
    queue.advance(start);
    EXPECT_EQ(alarm.fired, 0);
    queue.advance(start + DeadlineQueue::tick);
    EXPECT_EQ(alarm.fired, 1);
}

TEST(DeadlineQueue, IgnoresAClockThatStepsBack) {
    DeadlineQueue queue(start);
    queue.advance(start + Milliseconds(100));
    queue.advance(start);
    EXPECT_EQ(queue.now(), start + Milliseconds(100));
}

TEST(DeadlineQueue, LetsGoOfEntriesThatOutliveIt) {
    Alarm alarm;
    {
        DeadlineQueue queue(start);
        queue.arm_after(alarm, Milliseconds(10));
    }
    EXPECT_FALSE(alarm.armed());
}

TEST(DeadlineQueue, FiresManyPastManyOfALaterTurnInReasonableTime) {
    // Quadratic work here would be 10^10 steps.
    constexpr std::size_t count = 100'000;
    DeadlineQueue queue(start);
    std::vector<Alarm> later(count);
    std::vector<Alarm> sooner(count);
    for (auto& alarm : later) queue.arm_after(alarm, Milliseconds(100 + 2 * 40'960));
    for (auto& alarm : sooner) queue.arm_after(alarm, Milliseconds(100));
    queue.advance(start + Milliseconds(100));
    for (const auto& alarm : sooner) ASSERT_EQ(alarm.fired, 1);
    for (const auto& alarm : later) ASSERT_EQ(alarm.fired, 0);
}

class Owner {
public:
    explicit Owner(DeadlineQueue& queue) { queue.arm_after(deadline_, Milliseconds(10)); }

    TimePoint called_at;

private:
    void on_time(TimePoint now) { called_at = now; }

    MemberDeadline<Owner, &Owner::on_time> deadline_{*this};
};

TEST(MemberDeadline, CallsItsOwner) {
    DeadlineQueue queue(start);
    const Owner owner(queue);
    queue.advance(start + Milliseconds(10));
    EXPECT_EQ(owner.called_at, start + Milliseconds(10));
}

TEST(DeadlineQueue, IsBroughtUpToDateBeforeADeadlineIsArmed) {
    struct Clock final : ArmingObserver {
        void before_arming() override {
            ++asked;
            queue.set_now(now);
        }
        DeadlineQueue queue{start};
        TimePoint now = start + Milliseconds(300);
        int asked = 0;
    } clock;
    clock.queue.observe_arming(clock);
    Alarm after;
    clock.queue.arm_after(after, Milliseconds(100));
    Alarm at;
    clock.queue.arm(at, start + Milliseconds(350));
    EXPECT_EQ(clock.asked, 2);
    clock.queue.advance(start + Milliseconds(399));
    EXPECT_EQ(at.fired, 1);
    EXPECT_EQ(after.fired, 0) << "counted from a time that was over";
    clock.queue.advance(start + Milliseconds(400));
    EXPECT_EQ(after.fired, 1);
}

}  // namespace
}  // namespace socketio::base
