#pragma once
// When a source that is asked, rather than one that tells, is asked again: every so often, when something
// changed, when somebody comes to watch, later after a failure. Lives on shard 0.

#include "sources/deadline.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <random>

namespace chartcast::sources {

using std::chrono::milliseconds;

struct RefreshPlan {
    /// From the start of a run to the start of the next.
    milliseconds every = std::chrono::seconds(10);
    bool only_while_watched = false;
    /// Between two runs because of changes.
    milliseconds debounce = milliseconds(200);
    /// After the first failure, and at most: with jitter, so that many sources do not come back at once.
    milliseconds retry_shortest = std::chrono::seconds(1);
    milliseconds retry_longest = std::chrono::seconds(60);
};

class Refresher {
public:
    /// `run` begins a run, whose end is told by ended(). One at a time.
    Refresher(boost::asio::io_context& io, const RefreshPlan& plan, std::function<void()> run);

    void start();
    void stop();
    void watched(bool by_somebody);
    /// What is asked about has changed: the first change is followed at once, later ones together at the
    /// end of the debounce time.
    void changed();
    void ended(bool well);

    /// Runs are wanted: the source was started, and somebody watches where that counts.
    [[nodiscard]] bool wanted() const noexcept;
    [[nodiscard]] bool running() const noexcept { return running_; }

private:
    using Clock = Deadline::Clock;

    void arm();
    void begin();
    [[nodiscard]] milliseconds retry_delay();

    RefreshPlan plan_;
    std::function<void()> run_;
    Deadline next_;
    bool started_ = false;
    bool watched_ = false;
    bool running_ = false;
    /// A change that no run has begun after.
    bool change_waits_ = false;
    unsigned failures_ = 0;
    /// When the next run is due without any change; in the past at first.
    Clock::time_point due_;
    Clock::time_point begun_;
    std::optional<Clock::time_point> change_followed_;
    std::minstd_rand random_;
};

}  // namespace chartcast::sources
