#include "viewers/hello/chart_request.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::viewers {

std::optional<ChartRequest> read_chart_request(const socketio::Args& args) {
    if (args.empty()) return std::nullopt;
    ChartRequest request;
    if (const auto* id = args.front().if_string()) {
        request.charts.push_back(*id);
    } else if (const auto* object = args.front().if_object()) {
        if (const auto* chart = object->find("chart"); chart && chart->if_string()) {
            request.charts.push_back(*chart->if_string());
        }
        if (const auto* charts = object->find("charts"); charts && charts->if_array()) {
            for (const auto& one : *charts->if_array()) {
                if (one.if_string()) request.charts.push_back(*one.if_string());
            }
        }
        request.max_rate = read_rate(object->find("maxRate"));
        if (const auto* since = object->find("since")) request.since = read_since(since);
    }
    const bool sound = !request.charts.empty() && request.charts.size() <= charts_max &&
                       std::all_of(request.charts.begin(), request.charts.end(), is_id);
    return sound ? std::optional(std::move(request)) : std::nullopt;
}

}  // namespace chartcast::viewers
