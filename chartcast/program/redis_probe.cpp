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
    : channel_("chartcast:{probe}:" + store::random_epoch()),
      commands_(io, options),
      subscriber_(io, options),
      timer_(io) {}

void RedisProbe::start() {
    subscriber_.on_message([this](const redis::Message& message) { take(message.payload); });
    subscriber_.on_ready([this] { send(); });
    subscriber_.on_refused([](std::string_view name, const std::string& text) {
        ops::log(socketio::LogLevel::warn,
                 "redis refused the probe's channel: its lag is not known",
                 {{"channel", std::string(name)}, {"cause", text}});
    });
    subscriber_.subscribe(channel_);
    subscriber_.start();
    commands_.start();
    wait();
}

void RedisProbe::stop() {
    timer_.cancel();
    subscriber_.stop();
    commands_.stop();
}

bool RedisProbe::connected() const noexcept {
    return commands_.connected() && subscriber_.connected();
}

double RedisProbe::lag_seconds() const noexcept {
    return under_way_since_ ? std::max(last_, seconds_since(*under_way_since_)) : last_;
}

// One at a time: what is lost with a connection is given up when the next one leaves.
void RedisProbe::send() {
    if (!commands_.connected() || !subscriber_.ready()) return;
    if (!under_way_since_) under_way_since_ = Clock::now();
    const auto number = std::to_string(++number_);
    commands_.command({"PUBLISH", channel_, number});
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
