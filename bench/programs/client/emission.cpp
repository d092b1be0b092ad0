#include "client/emission.hpp"

#include "support/command_line.hpp"
#include "support/loopback.hpp"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace bench {

namespace {

// Enough that every server has always one waiting, and little enough that what waits is in nobody's way.
constexpr std::uint64_t under_way_max = 32;

}  // namespace

Emission::Emission(const EmissionSettings& settings)
    : interval_ns_(static_cast<std::uint64_t>(settings.interval_ms * 1e6)),
      message_(chart_numbers(settings.message_bytes)),
      publisher_(settings.redis_port),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (timer_ < 0) fail("timerfd_create");
}

void Emission::await_servers(std::uint64_t count) {
    constexpr std::uint64_t patience = 20'000'000'000;
    constexpr int again_ms = 20;
    // For several rooms, which has no channel of its own, and nobody in them.
    EmitterMessage nothing({10'000}, {"nobody", "no one"});
    const auto give_up = nanoseconds_now() + patience;
    for (;;) {
        publisher_.publish(chart_channel, nothing.at(nanoseconds_now()));
        publisher_.await_answers();
        if (publisher_.listeners() >= count) return;
        if (nanoseconds_now() > give_up) refuse("the servers do not listen to Redis");
        ::poll(nullptr, 0, again_ms);
    }
}

void Emission::start(std::uint64_t delivered) {
    running_ = true;
    due_ = nanoseconds_now();
    has_pace() ? arm(due_) : on_delivered(delivered);
}

void Emission::stop() {
    running_ = false;
}

void Emission::on_delivered(std::uint64_t delivered) {
    if (!running_ || has_pace()) return;
    while (published_ < delivered + under_way_max) publish();
}

void Emission::on_timer() {
    std::uint64_t expirations = 0;
    if (::read(timer_, &expirations, sizeof expirations) < 0 && errno != EAGAIN) fail("timerfd");
    if (!running_) return;
    publish();
    // No debt is kept: who is late goes on from now.
    due_ = std::max(due_ + interval_ns_, nanoseconds_now());
    arm(due_);
}

void Emission::publish() {
    publisher_.publish(chart_channel, message_.at(nanoseconds_now()));
    ++published_;
}

void Emission::arm(std::uint64_t nanoseconds) {
    constexpr std::uint64_t second = 1'000'000'000;
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(nanoseconds / second);
    when.it_value.tv_nsec = static_cast<long>(nanoseconds % second);
    if (::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr) != 0) fail("timerfd_settime");
}

}  // namespace bench
