#pragma once
// Prometheus's text format, as far as a person watches it. Pure; any thread.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::cli {

struct Sample {
    /// "chartcast_connections", and its labels as they were written: `shard="0"`.
    std::string name;
    std::string labels;
    double value = 0;
};

/// In the order of the text; lines that are none are passed over, and so are the buckets of histograms.
[[nodiscard]] std::vector<Sample> parse_metrics(std::string_view text);

/// A line for each sample: name, value, and for what only grows (`_total`) how fast it did since `before`.
/// What is zero and stays so is left out.
[[nodiscard]] std::string metrics_table(const std::vector<Sample>& now,
                                        const std::vector<Sample>& before,
                                        std::chrono::milliseconds between);

}  // namespace chartcast::cli
