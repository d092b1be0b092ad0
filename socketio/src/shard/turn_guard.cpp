#include "shard/turn_guard.hpp"

#ifndef NDEBUG
#include <array>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace socketio::shard {

namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::milliseconds turn_max{20};

/// What the kernel did with this thread so far.
struct Schedule {
    nanoseconds computed{};   ///< It ran.
    nanoseconds held_back{};  ///< It was ready, and others ran.
};

Schedule read_schedule() noexcept {
    thread_local const int file = ::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    std::array<char, 128> text{};
    Schedule schedule;
    if (file < 0 || ::pread(file, text.data(), text.size() - 1, 0) <= 0) return schedule;
    long long computed = 0;
    long long held_back = 0;
    if (std::sscanf(text.data(), "%lld %lld", &computed, &held_back) != 2) return schedule;
    return {nanoseconds(computed), nanoseconds(held_back)};
}

}  // namespace

TurnGuard::TurnGuard(const char* work) noexcept : work_(work) {
    if (work_ == nullptr) return;
    const auto schedule = read_schedule();
    computed_before_ = schedule.computed;
    held_back_before_ = schedule.held_back;
    began_ = std::chrono::steady_clock::now();
}

TurnGuard::~TurnGuard() {
    if (work_ == nullptr) return;
    const nanoseconds elapsed = std::chrono::steady_clock::now() - began_;
    if (elapsed <= turn_max) return;
    // A thread that the kernel set aside in favour of others did nothing wrong: only computing for too
    // long, or waiting for something, is a fault.
    const auto schedule = read_schedule();
    const auto computed = schedule.computed - computed_before_;
    const auto waited = elapsed - computed - (schedule.held_back - held_back_before_);
    if (computed <= turn_max && waited <= turn_max) return;
    std::fprintf(stderr, "a shard was held up for %lld ms by \"%s\" (%s)\n",
                 static_cast<long long>(
                     std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count()),
                 work_, computed > turn_max ? "computing" : "waiting");
    std::abort();
}

}  // namespace socketio::shard
#endif
