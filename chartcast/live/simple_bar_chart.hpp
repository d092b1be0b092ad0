#pragma once
// The mock data of the seed demo: orders by sales region, month by month. Pure; any thread.

#include "live/chart_state.hpp"

#include <cstdint>
#include <string_view>

namespace chartcast::live {

/// What the chart shows after `version` pushes: the data sets take turns. The version alone decides, so
/// two nodes never show different bars for one version.
[[nodiscard]] ChartState simple_bar_chart(std::uint64_t version, std::int64_t pushed_at);

/// The month that the chart shows at that version.
[[nodiscard]] std::string_view simple_bar_chart_month(std::uint64_t version) noexcept;

/// How many data sets there are.
[[nodiscard]] std::uint64_t simple_bar_chart_sets() noexcept;

}  // namespace chartcast::live
