#pragma once
// Counts of times by their size, 32 classes for each power of two: percentiles within 3 %, however many.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

class Histogram {
public:
    void add(std::uint64_t nanoseconds) {
        ++counts_[class_of(nanoseconds)];
        ++total_;
    }

    /// 0 when nothing was added.
    [[nodiscard]] std::uint64_t percentile(double percent) const {
        auto left = static_cast<double>(total_) * percent / 100;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            left -= static_cast<double>(counts_[i]);
            if (counts_[i] != 0 && left <= 0) return smallest_of(i);
        }
        return 0;
    }

private:
    static constexpr unsigned class_bits = 5;
    static constexpr std::uint64_t classes = 1u << class_bits;

    // Below 32 ns each has its own; above, the leading one and the five bits after it are the class.
    static std::size_t class_of(std::uint64_t value) {
        if (value < classes) return value;
        const auto shift = static_cast<unsigned>(std::bit_width(value)) - class_bits - 1;
        return (shift + 1) * classes + (value >> shift) - classes;
    }
    static std::uint64_t smallest_of(std::size_t index) {
        if (index < classes) return index;
        const auto shift = index / classes - 1;
        return (classes + index % classes) << shift;
    }

    std::array<std::uint64_t, (64 - class_bits + 1) * classes> counts_{};
    std::uint64_t total_ = 0;
};

}  // namespace bench
