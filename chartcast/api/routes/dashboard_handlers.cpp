// Dashboards, as the configuration has them at the moment.

#include "api/conditions.hpp"
#include "api/dashboard_json.hpp"
#include "api/routes/access.hpp"
#include "api/routes/handlers.hpp"
#include "auth/permission.hpp"
#include <socketio/json.hpp>

#include <string_view>
#include <utility>

namespace chartcast::api {

void get_dashboards(const Services& services, const Call& call) {
    const auto settings = services.charts->settings();
    socketio::Array list;
    for (const auto& dashboard : settings->dashboards) {
        if (auth::may_view(*settings, call.who, dashboard)) {
            list.emplace_back(summary_json(dashboard));
        }
    }
    auto response =
        socketio::HttpResponse::json(200, socketio::Object{{"dashboards", std::move(list)}});
    response.headers.add("cache-control", "no-store");
    response.headers.add("vary", "authorization");
    call.answer(std::move(response));
}

void get_dashboard(const Services& services, const Call& call) {
    const auto settings = services.charts->settings();
    const auto* dashboard = find_dashboard(*settings, call.id());
    if (!dashboard) return call.answer(unknown_dashboard(call.id()));
    if (!auth::may_view(*settings, call.who, *dashboard)) {
        return call.answer(forbidden(call.who, "see this dashboard"));
    }
    constexpr std::size_t tag_digits = 24;
    auto body = socketio::to_json(dashboard_json(*dashboard));
    const auto etag = quoted_tag(std::string_view(body_hash({body})).substr(0, tag_digits));
    auto response = tagged_answer(*call.request, etag, "authorization");
    if (response.status == 304) return call.answer(std::move(response));
    response.headers.add("content-type", "application/json");
    response.body = std::move(body);
    call.answer(std::move(response));
}

}  // namespace chartcast::api
