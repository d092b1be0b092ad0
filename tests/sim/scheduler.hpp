#pragma once
// What a simulation runs on: one clock, one list of things to come, one source of chance, one list of
// broken promises. The same seed gives the same run.

#include "base/random.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace socketio::sim {

using base::Milliseconds;

class Dice final : public base::Random {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    [[nodiscard]] int between(int low, int high) {
        return low + static_cast<int>(engine_() % static_cast<std::uint64_t>(high - low + 1));
    }
    [[nodiscard]] std::size_t below(std::size_t bound) { return engine_() % bound; }
    [[nodiscard]] bool chance(int percent) { return between(0, 99) < percent; }
    [[nodiscard]] Milliseconds delay(int low, int high) { return Milliseconds(between(low, high)); }
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(engine_());
    }

private:
    std::mt19937_64 engine_;
};

class Scheduler {
public:
    explicit Scheduler(std::uint64_t seed) : dice(seed) {}

    [[nodiscard]] base::TimePoint now() const noexcept { return now_; }
    void at(base::TimePoint when, std::function<void()> work) {
        agenda_.emplace(std::max(when, now_), std::move(work));
    }
    void after(Milliseconds delay, std::function<void()> work) {
        at(now_ + delay, std::move(work));
    }
    /// Things of one time happen in the order in which they were asked for.
    void run_until(base::TimePoint end) {
        while (!agenda_.empty() && agenda_.begin()->first <= end && broken.empty()) {
            auto next = agenda_.extract(agenda_.begin());
            now_ = next.key();
            next.mapped()();
        }
        now_ = end;
    }
    void run_for(Milliseconds time) { run_until(now_ + time); }

    /// A promise; the first one that is broken ends the run.
    void require(bool kept, const std::string& promise) {
        if (kept) return;
        const auto at = std::chrono::duration_cast<Milliseconds>(now_.time_since_epoch()).count();
        broken.push_back("at " + std::to_string(at) + " ms: " + promise);
    }

    Dice dice;
    std::vector<std::string> broken;
    /// On which everything happens at the moment.
    unsigned shard = 0;

private:
    base::TimePoint now_{};
    std::multimap<base::TimePoint, std::function<void()>> agenda_;
};

}  // namespace socketio::sim
