#pragma once
// What became of a batch, as an answer of the API. Pure; any thread.

#include "api/problem.hpp"
#include "viewers/live_charts.hpp"

#include <optional>

namespace chartcast::api {

/// Nothing when the batch was accepted.
[[nodiscard]] std::optional<Problem> problem_of(const viewers::Published& published,
                                                const RowsPlace& place = {});
/// `{epoch, v, changed, rows, watchers}`. REQUIRES: it was accepted.
[[nodiscard]] socketio::Object success_of(const viewers::Published& published);
[[nodiscard]] socketio::HttpResponse answer_of(const viewers::Published& published);

/// Of a chart's option.
[[nodiscard]] std::optional<Problem> problem_of(const viewers::LiveCharts::OptionChanged& changed);
/// `{epoch, v, changed, watchers}`.
[[nodiscard]] socketio::Object success_of(const viewers::LiveCharts::OptionChanged& changed);
[[nodiscard]] socketio::HttpResponse answer_of(const viewers::LiveCharts::OptionChanged& changed);

}  // namespace chartcast::api
