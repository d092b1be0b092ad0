#pragma once
// One thread's world: an event loop, a mailbox, a clock, a hub of sockets. Nothing in it is shared.
//
// A turn = what is ready is handled, within bounds, then the turn's end: what handlers scheduled is done
// once (polls are answered, each connection's messages leave in one write), then what died is freed.

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
#include <memory>
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

class Shard {
public:
    Shard(unsigned index, const Options& options, const base::Log& log);
    /// How far the time since 1970 is ahead of the clock that deadlines go by; looked up once, so that it
    /// stays when somebody sets the system's clock.
    [[nodiscard]] static base::Milliseconds wall_clock_ahead() noexcept;
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;
    ~Shard();

    /// The one whose thread this is, or nullptr.
    [[nodiscard]] static Shard* current() noexcept;

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
    void bury(std::unique_ptr<Mortal> dead) { dead_.push_back(std::move(dead)); }

    /// Serves until stop(). The calling thread is the shard's.
    void run();
    /// On the shard.
    void stop() noexcept { stopping_ = true; }

private:
    friend class TurnTask;
    void end_turn();
    void arm_timer();

    const unsigned index_;
    const Options& options_;
    const base::Log& log_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_guard_;
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
    bool stopping_ = false;
};

}  // namespace socketio::shard
