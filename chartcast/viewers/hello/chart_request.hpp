#pragma once
// The argument of `chart:sub` and its kin: an id, or `{chart or charts, since?, maxRate?}`.
// docs/protocol.md, "While connected". Any thread.

#include "viewers/hello/hello.hpp"
#include <socketio/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace chartcast::viewers {

struct ChartRequest {
    /// 1 to charts_max ids.
    std::vector<std::string> charts;
    std::optional<Since> since;
    std::optional<double> max_rate;
};

/// Nothing when it names no chart, too many, or something that is no id.
[[nodiscard]] std::optional<ChartRequest> read_chart_request(const socketio::Args& args);

}  // namespace chartcast::viewers
