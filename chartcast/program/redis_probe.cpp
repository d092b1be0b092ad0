#include "program/redis_probe.hpp"

#include "ops/log.hpp"
#include "store/epoch.hpp"

#include <algorithm>

namespace chartcast::program {
namespace {

constexpr std::chrono::seconds period{5};

double seconds_since(std::chrono::steady_clock::time_point then) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

}  // namespace

RedisProbe::RedisProbe(boost::asio::io_context& io, const redis::Options& options)
    : channel_("chartcast:{probe}:" + store::random_epoch()), redis_(io, options), timer_(io) {}

void RedisProbe::start() {
    redis_.on_message([this](const redis::Message& message) { take(message.payload); });
    redis_.on_ready([this] {
        is_refused_ = false;
        send();
    });
    redis_.on_refused([this](std::string_view name, const std::string& text) {
        is_refused_ = true;
        ops::log(socketio::LogLevel::warn,
                 "redis refused the probe's channel: its lag is not known",
                 {{"channel", std::string(name)}, {"cause", text}});
    });
    redis_.subscribe(channel_);
    redis_.start();
    wait();
}

bool RedisProbe::connected() const noexcept {
    return redis_.ready() || (is_refused_ && redis_.connected());
}

double RedisProbe::lag_seconds() const noexcept {
    return under_way_since_ ? std::max(last_, seconds_since(*under_way_since_)) : last_;
}

// One at a time: what is lost with a connection is given up when the next one leaves.
void RedisProbe::send() {
    if (!redis_.ready()) return;
    if (!under_way_since_) under_way_since_ = Clock::now();
    const auto number = std::to_string(++number_);
    redis_.command({}, {"PUBLISH", channel_, number});
}

void RedisProbe::wait() {
    timer_.expires_after(period);
    timer_.async_wait([this](boost::system::error_code ec) {
        if (ec) return;
        send();
        wait();
    });
}

void RedisProbe::take(std::string_view payload) {
    if (!under_way_since_ || payload != std::to_string(number_)) return;
    last_ = seconds_since(*under_way_since_);
    under_way_since_.reset();
    round_trips_.add(last_);
}

}  // namespace chartcast::program
