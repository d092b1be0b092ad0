#pragma once
// Figures as Prometheus reads them: text exposition format 0.0.4. Any thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace chartcast::ops {

/// How long something took, in buckets of doubling width from 0.1 ms to 13 s. Lives on one shard.
class LatencyHistogram {
public:
    static constexpr std::size_t buckets = 18;

    void add(double seconds) noexcept;
    /// The upper bound of a bucket, in seconds.
    [[nodiscard]] static double bound(std::size_t bucket) noexcept;
    [[nodiscard]] const std::array<std::uint64_t, buckets + 1>& counts() const noexcept {
        return counts_;
    }
    [[nodiscard]] double sum() const noexcept { return sum_; }

private:
    /// The last one: longer than any bound.
    std::array<std::uint64_t, buckets + 1> counts_{};
    double sum_ = 0;
};

/// Builds the text. Families must come one after the other, each with all of its samples.
class MetricsText {
public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    /// Begins a family. `type` is "counter" or "gauge".
    void family(std::string_view name, std::string_view type, std::string_view help);
    void sample(double value, Labels labels = {});
    /// A family of one sample, which may be any number.
    template <class Number>
    void counter(std::string_view name, std::string_view help, Number value) {
        family(name, "counter", help);
        sample(static_cast<double>(value));
    }
    template <class Number>
    void gauge(std::string_view name, std::string_view help, Number value) {
        family(name, "gauge", help);
        sample(static_cast<double>(value));
    }
    void histogram(std::string_view name, std::string_view help, const LatencyHistogram& histogram);

    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void line(std::string_view name, double value, Labels labels);

    std::string text_;
    std::string family_;
};

/// Bytes that the process holds in memory, as the kernel counts them.
[[nodiscard]] std::size_t resident_bytes();
/// Seconds of processor time that the process has used.
[[nodiscard]] double processor_seconds();
/// File descriptors that the process may open.
[[nodiscard]] std::size_t open_files_max();

}  // namespace chartcast::ops
