#include "shard/turn_guard.hpp"

#ifndef NDEBUG
#include <sys/resource.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>

namespace socketio::shard {

namespace {

constexpr std::chrono::milliseconds turn_max{20};

std::chrono::nanoseconds thread_cpu_time() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

long voluntary_waits() noexcept {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

}  // namespace

TurnGuard::TurnGuard(const char* work) noexcept
    : work_(work),
      began_(std::chrono::steady_clock::now()),
      cpu_began_(thread_cpu_time()),
      waits_began_(voluntary_waits()) {}

TurnGuard::~TurnGuard() {
    const auto elapsed = std::chrono::steady_clock::now() - began_;
    if (elapsed <= turn_max) return;
    // A thread that the kernel set aside in favour of others did nothing wrong: only computing for too
    // long, or waiting for something, is a fault.
    const bool computed = thread_cpu_time() - cpu_began_ > turn_max;
    const bool waited = voluntary_waits() > waits_began_;
    if (!computed && !waited) return;
    std::fprintf(stderr, "a shard was held up for %lld ms by \"%s\" (%s)\n",
                 static_cast<long long>(
                     std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count()),
                 work_, computed ? "computing" : "waiting");
    std::abort();
}

}  // namespace socketio::shard
#endif
