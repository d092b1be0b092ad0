#include "cli/metrics_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>

namespace chartcast::cli {
namespace {

/// A page of more is not for watching.
constexpr std::size_t samples_max = 2000;

std::optional<Sample> parse_line(std::string_view line) {
    if (line.empty() || line.front() == '#') return std::nullopt;
    const auto brace = line.find('{');
    const auto close = line.rfind('}');
    const bool labelled = brace != std::string_view::npos && close != std::string_view::npos;
    if (labelled && close < brace) return std::nullopt;
    const auto name_end = labelled ? brace : line.find(' ');
    if (name_end == std::string_view::npos || name_end == 0) return std::nullopt;
    Sample sample;
    sample.name = line.substr(0, name_end);
    if (labelled) sample.labels = line.substr(brace + 1, close - brace - 1);
    auto value = line.substr(labelled ? close + 1 : name_end);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    const auto [rest, ec] =
        std::from_chars(value.data(), value.data() + value.size(), sample.value);
    const bool bucket = sample.name.ends_with("_bucket");
    if (ec != std::errc() || bucket || !std::isfinite(sample.value)) return std::nullopt;
    return sample;
}

double value_before(const Sample& sample, const std::vector<Sample>& before) {
    for (const auto& earlier : before) {
        if (earlier.name == sample.name && earlier.labels == sample.labels) return earlier.value;
    }
    return 0;
}

std::string value_text(const Sample& sample) {
    constexpr double mib = 1024 * 1024;
    if (sample.name.ends_with("_bytes") || sample.name.ends_with("_bytes_total")) {
        return fmt::format("{:.1f} MiB", sample.value / mib);
    }
    return fmt::format("{:.10g}", sample.value);
}

}  // namespace

std::vector<Sample> parse_metrics(std::string_view text) {
    std::vector<Sample> samples;
    while (!text.empty() && samples.size() < samples_max) {
        const auto end = text.find('\n');
        if (auto sample = parse_line(text.substr(0, end))) samples.push_back(*std::move(sample));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    return samples;
}

std::string metrics_table(const std::vector<Sample>& now, const std::vector<Sample>& before,
                          std::chrono::milliseconds between) {
    std::string table;
    for (const auto& sample : now) {
        if (sample.value == 0 && value_before(sample, before) == 0) continue;
        auto name = sample.name.starts_with("chartcast_") ? sample.name.substr(10) : sample.name;
        if (!sample.labels.empty()) name += " " + sample.labels;
        table += fmt::format("{:<56} {:>16}", name, value_text(sample));
        if (sample.name.ends_with("_total") && !before.empty() && between.count() > 0) {
            const auto grown = sample.value - value_before(sample, before);
            table +=
                fmt::format(" {:>12.1f}/s", grown * 1000 / static_cast<double>(between.count()));
        }
        table += '\n';
    }
    return table;
}

}  // namespace chartcast::cli
