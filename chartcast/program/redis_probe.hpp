#pragma once
// How Redis is, as a message sees it: every five seconds one is published on a channel of this process's
// own, and its way through Redis and back is timed. Lives on shard 0.

#include "ops/metrics.hpp"
#include <redis/deployment.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::program {

class RedisProbe {
public:
    RedisProbe(boost::asio::io_context& io, const redis::Options& options);
    RedisProbe(const RedisProbe&) = delete;
    RedisProbe& operator=(const RedisProbe&) = delete;

    void start();

    /// Messages can leave and come.
    [[nodiscard]] bool connected() const noexcept;
    /// Of the last message that came back; while one has been on its way for longer, its age. Zero before
    /// the first.
    [[nodiscard]] double lag_seconds() const noexcept;
    [[nodiscard]] const ops::LatencyHistogram& round_trips() const noexcept { return round_trips_; }

private:
    using Clock = std::chrono::steady_clock;

    void send();
    void wait();
    void take(std::string_view payload);

    std::string channel_;
    redis::Deployment redis_;
    boost::asio::steady_timer timer_;
    ops::LatencyHistogram round_trips_;
    double last_ = 0;
    std::uint64_t number_ = 0;
    std::optional<Clock::time_point> under_way_since_;
    /// The user may not hear the channel: that alone is no fault of Redis.
    bool is_refused_ = false;
};

}  // namespace chartcast::program
