#pragma once
// A timer that can be destroyed, or set anew, at any moment: what was due before never comes afterwards.
// Lives on shard 0.

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace chartcast::sources {

class Deadline {
public:
    using Clock = std::chrono::steady_clock;

    explicit Deadline(boost::asio::io_context& io);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    /// Instead of what was due before.
    void at(Clock::time_point when, std::function<void()> due);
    void in(std::chrono::milliseconds delay, std::function<void()> due) {
        at(Clock::now() + delay, std::move(due));
    }
    void cancel();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace chartcast::sources
