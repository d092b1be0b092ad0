#pragma once
// One thread's world: an event loop, a mailbox, a clock, a hub of sockets. Nothing in it is shared.
//
// A turn = what is ready is handled, within bounds, then the turn's end: what handlers scheduled is done
// once (polls are answered, each connection's messages leave in one write), then what died is freed.
//
// The event loop is the shard's own, run by run(), or one of the application's ("mounted"), which exactly one
// thread runs. There a turn begins with the first thing that touches the shard, and its end is one more handler
// of the loop, behind those that were ready by then.

#include "base/deadline_queue.hpp"
#include "base/log.hpp"
#include "hub/hub.hpp"
#include "shard/mailbox.hpp"
#include "shard/published_counters.hpp"
#include "shard/system_random.hpp"
#include "shard/turn_guard.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace socketio::shard {

class Shard;

/// Done once at the end of the turn in which it was scheduled. Lives on one shard; cancelled when
/// destroyed.
class TurnTask {
public:
    TurnTask() = default;
    TurnTask(const TurnTask&) = delete;
    TurnTask& operator=(const TurnTask&) = delete;
    virtual ~TurnTask();

protected:
    virtual void at_turn_end() = 0;

private:
    friend class Shard;
    Shard* shard_ = nullptr;  ///< Null when not scheduled.
    std::size_t place_ = 0;   ///< In the shard's list.
};

/// Something that must not be destroyed while its own call is on the stack.
class Mortal {
public:
    virtual ~Mortal() = default;
};

class Shard final : private base::ArmingObserver {
public:
    /// On `mounted`, which outlives it, or on an event loop of its own.
    Shard(unsigned index, const Options& options, const base::Log& log,
          boost::asio::io_context* mounted = nullptr);
    /// How far the time since 1970 is ahead of the clock that deadlines go by; looked up once, so that it
    /// stays when somebody sets the system's clock.
    [[nodiscard]] static base::Milliseconds wall_clock_ahead() noexcept;
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;
    ~Shard();

    /// The one whose run() this thread is in, or nullptr. See ShardGroup::current().
    [[nodiscard]] static Shard* current() noexcept;
    /// This thread is the shard's. Any thread.
    [[nodiscard]] bool is_current() const noexcept;
    [[nodiscard]] bool is_mounted() const noexcept { return own_context_ == nullptr; }

    [[nodiscard]] unsigned index() const noexcept { return index_; }
    [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
    [[nodiscard]] base::DeadlineQueue& deadlines() noexcept { return deadlines_; }
    [[nodiscard]] base::Random& random() noexcept { return random_; }
    [[nodiscard]] const base::Log& log() const noexcept { return log_; }
    [[nodiscard]] hub::Hub& hub() noexcept { return hub_; }
    [[nodiscard]] const Options& options() const noexcept { return options_; }
    [[nodiscard]] Counters& counters() noexcept { return counters_; }
    /// Any thread.
    [[nodiscard]] const PublishedCounters& published_counters() const noexcept {
        return published_counters_;
    }

    /// Any thread.
    void post(std::unique_ptr<Letter> letter);
    /// Reads what is in the mailbox now, on this shard, before going on: so that what happened before an
    /// event from outside is known when the event is handled.
    void read_mail();

    /// Every handler that the event loop calls begins with one of these: it brings the clock up to date
    /// and, in debug builds, sees that the work is short.
    [[nodiscard]] TurnGuard begin_work(const char* what);

    /// Scheduling twice in a turn is once.
    void schedule(TurnTask& task);
    /// Destroys it when the turn has ended.
    void bury(std::unique_ptr<Mortal> dead) {
        begin_turn();
        dead_.push_back(std::move(dead));
    }
    /// Destroys what is buried already. Outside of turns, by those who go before the shard does and whom the
    /// buried know.
    void destroy_buried();

    /// A handler for the event loop: it is not called any more when the shard is gone, which a loop of the
    /// application's outlives.
    template <class Work>
    [[nodiscard]] auto handler(Work work) {
        return [alive = std::weak_ptr<const char>(alive_),
                work = std::move(work)](auto... arguments) mutable {
            if (!alive.expired()) work(arguments...);
        };
    }

    /// Serves until stop(). The calling thread is the shard's. Not of one that is mounted.
    void run();
    /// On the shard.
    void stop() noexcept { stopping_ = true; }

    // ---- Mounted -------------------------------------------------------------------------------
    /// Letters are read from now on. On the shard, or before its loop runs. `stopped` is called at the end of
    /// the turn of stop(): from then on nothing of the shard waits in the loop.
    void start(std::function<void()> stopped);
    /// Does `work` as the shard, and what follows from it; then nothing happens any more. On the loop's
    /// thread, outside of the shard's own handlers, or when nobody runs the loop.
    void finish(const std::function<void()>& work);

private:
    friend class TurnTask;
    void wake();
    void begin_turn();
    void begin_turn(base::TimePoint now);
    void before_arming() override;
    void end_turn();
    void do_scheduled();
    void arm_timer();
    void end();

    const unsigned index_;
    const Options& options_;
    const base::Log& log_;
    const std::unique_ptr<boost::asio::io_context> own_context_;
    boost::asio::io_context& context_;
    /// Of a loop of our own: one of the application's ends when nothing waits in it.
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>>
        work_guard_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>
        timer_;
    base::TimePoint timer_armed_for_ = base::TimePoint::max();
    Mailbox mailbox_;
    base::DeadlineQueue deadlines_;
    SystemRandom random_;
    Counters counters_;
    hub::Hub hub_;
    PublishedCounters published_counters_;
    std::vector<TurnTask*> tasks_;
    std::vector<std::unique_ptr<Mortal>> dead_;
    std::function<void()> stopped_;  ///< Told of the end; mounted.
    bool started_ = false;           ///< Mounted.
    bool in_turn_ = false;           ///< The clock is of this turn.
    bool finishing_ = false;         ///< In finish(): this thread counts as the shard's.
    bool stopping_ = false;
    bool ended_ = false;  ///< Nothing happens any more.
    /// The last member, so that it goes first.
    std::shared_ptr<const char> alive_ = std::make_shared<char>();
};

}  // namespace socketio::shard
