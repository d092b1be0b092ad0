#pragma once
// Chance that is the same for the same seed, on every machine: the standard's distributions are not. One
// thread at a time.

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <span>

namespace chartcast::demo {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    /// From 0 to below 1.
    [[nodiscard]] double part() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
    [[nodiscard]] bool chance(double probability) { return part() < probability; }
    [[nodiscard]] double between(double low, double high) { return low + part() * (high - low); }
    /// From 0 to below `count`.
    [[nodiscard]] std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(part() * static_cast<double>(count));
    }
    template <typename T>
    [[nodiscard]] const T& one_of(std::span<const T> things) {
        return things[below(things.size())];
    }
    /// How long it takes until something happens that happens every `mean`.
    [[nodiscard]] double waiting(double mean) { return -mean * std::log(1 - part()); }
    /// Half of them are below `median`; two thirds within a factor of e^spread of it.
    [[nodiscard]] double skewed(double median, double spread) {
        const double radius = std::sqrt(-2 * std::log(1 - part()));
        return median * std::exp(spread * radius * std::cos(2 * std::numbers::pi * part()));
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace chartcast::demo
