#include "ops/metrics.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

namespace chartcast::ops {

namespace {

constexpr double shortest = 0.0001;

void append_escaped(std::string& text, std::string_view value) {
    for (const char c : value) {
        if (c == '\\' || c == '"') text += '\\';
        if (c == '\n') {
            text += "\\n";
        } else {
            text += c;
        }
    }
}

}  // namespace

void LatencyHistogram::add(double seconds) noexcept {
    std::size_t bucket = 0;
    while (bucket < buckets && seconds > bound(bucket)) ++bucket;
    ++counts_[bucket];
    sum_ += seconds;
}

double LatencyHistogram::bound(std::size_t bucket) noexcept {
    return std::ldexp(shortest, static_cast<int>(bucket));
}

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
    family_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void MetricsText::sample(double value, Labels labels) {
    line(family_, value, labels);
}

void MetricsText::line(std::string_view name, double value, Labels labels) {
    text_ += name;
    if (labels.size() > 0) {
        char separator = '{';
        for (const auto& [label, text] : labels) {
            text_ += separator;
            text_ += label;
            text_ += "=\"";
            append_escaped(text_, text);
            text_ += '"';
            separator = ',';
        }
        text_ += '}';
    }
    text_ += fmt::format(" {}\n", value);
}

void MetricsText::histogram(std::string_view name, std::string_view help,
                            const LatencyHistogram& histogram) {
    family(name, "histogram", help);
    const std::string bucket_name = family_ + "_bucket";
    std::uint64_t below = 0;
    for (std::size_t bucket = 0; bucket < LatencyHistogram::buckets; ++bucket) {
        below += histogram.counts()[bucket];
        const auto bound = fmt::format("{}", LatencyHistogram::bound(bucket));
        line(bucket_name, static_cast<double>(below), {{"le", bound}});
    }
    below += histogram.counts()[LatencyHistogram::buckets];
    line(bucket_name, static_cast<double>(below), {{"le", "+Inf"}});
    line(family_ + "_sum", histogram.sum(), {});
    line(family_ + "_count", static_cast<double>(below), {});
}

std::size_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

double processor_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::size_t open_files_max() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace chartcast::ops
