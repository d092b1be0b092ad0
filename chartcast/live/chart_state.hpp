#pragma once
// The value of a raw chart: the last option that was published, and its place in the order of pushes.
// Immutable once made, so that shards share one. Any thread.

#include <socketio/value.hpp>

#include <cstdint>
#include <memory>

namespace chartcast::live {

struct ChartState {
    /// Pushes since the chart exists: 0 is what it shows before the first. Of two states, the one with
    /// the higher version is the newer.
    std::uint64_t version = 0;
    /// When it was pushed, in milliseconds since 1970.
    std::int64_t pushed_at = 0;
    /// A complete ECharts option: safe for setOption on a chart that has shown nothing before.
    socketio::Value option;
};

using ChartStatePtr = std::shared_ptr<const ChartState>;

}  // namespace chartcast::live
