#pragma once
// The second argument of `init chart data` and `new chart data` for delta clients; the first is `{}`.
// Any thread.

#include "live/answer.hpp"
#include "live/raw_chart.hpp"
#include <socketio/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chartcast::live {

/// How much what is on the screen can be trusted.
enum class Freshness : std::uint8_t {
    live,
    stale,         ///< The source is late.
    source_error,  ///< The source fails; the last good data is shown.
    degraded,      ///< Redis is lost: other nodes' data may be missing.
    replay,        ///< Not now, but the time that was asked for.
};

struct Fresh {
    /// Of the last data, in milliseconds since 1970.
    std::int64_t as_of = 0;
    Freshness state = Freshness::live;
};

/// What all messages about a chart begin with.
struct ChartHead {
    std::string_view chart;
    std::string_view tpl;
};

/// Datasets by their ids, in the chart's order.
template <class Body>
using ByDataset = std::vector<std::pair<std::string, Body>>;

[[nodiscard]] std::string_view to_string(Freshness state) noexcept;

// `init chart data`
[[nodiscard]] socketio::Object snapshot_message(const ChartHead& head, socketio::Value option,
                                                ByDataset<socketio::Object> datasets,
                                                const Fresh& fresh);
/// `option` only when the client has another template. Recovered when every dataset is.
[[nodiscard]] socketio::Object resume_message(const ChartHead& head,
                                              std::optional<socketio::Value> option,
                                              ByDataset<ResumeAnswer> datasets, const Fresh& fresh);
/// `body` is RawChart::whole(), or nothing for a client who has it: then it is recovered.
[[nodiscard]] socketio::Object raw_snapshot_message(std::string_view chart, socketio::Object body,
                                                    const Fresh& fresh);
[[nodiscard]] socketio::Object raw_resume_message(std::string_view chart, const RawChart& state,
                                                  const Position& seen, const Fresh& fresh);

// `new chart data`
/// Once for each socket and dataset, however many charts draw from it. `changes` is dataset_changes().
[[nodiscard]] socketio::Object delta_message(std::string_view dataset, socketio::Object changes,
                                             const Delta& delta);
/// `body` is RawChart::body().
[[nodiscard]] socketio::Object raw_delta_message(std::string_view chart, socketio::Object body,
                                                 std::int64_t ts);
[[nodiscard]] socketio::Object option_message(const ChartHead& head, std::string_view from,
                                              socketio::Value option);
[[nodiscard]] socketio::Object state_message(std::string_view chart, const Fresh& fresh);
/// Where the client should be: of datasets and of raw charts, each kind only when there are any.
[[nodiscard]] socketio::Object beat_message(const ByDataset<Position>& datasets,
                                            const ByDataset<Position>& raw_charts);

}  // namespace chartcast::live
