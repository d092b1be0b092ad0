// A chart's option: read, replaced, patched.

#include "api/conditions.hpp"
#include "api/dashboard_json.hpp"
#include "api/parameters.hpp"
#include "api/publish_answer.hpp"
#include "api/routes/access.hpp"
#include "api/routes/handlers.hpp"
#include "auth/permission.hpp"
#include <socketio/json.hpp>

#include <utility>

namespace chartcast::api {
namespace {

using viewers::LiveCharts;

void change_option(const Services& services, const Call& call, socketio::Value body,
                   bool is_patch) {
    const auto& request = *call.request;
    const auto settings = services.charts->settings();
    const auto* chart = find_chart(*settings, call.id());
    if (!chart) return call.answer(unknown_chart(call.id()));
    if (!auth::may_edit(*settings, call.who, *chart)) {
        return call.answer(forbidden(call.who, "change this chart"));
    }
    if (!body.if_object()) {
        return call.refuse({422, "not_an_object", "An option has to be an object."});
    }
    auto if_match = if_match_of(request);
    if (!if_match) return call.refuse(if_match.error());
    auto key = idempotency_key_of(request);
    if (!key) return call.refuse(key.error());
    LiveCharts::OptionChange change;
    change.chart = chart->id;
    change.value = std::move(body);
    change.is_patch = is_patch;
    change.if_match = std::move(if_match->position);
    if (!key->empty()) {
        change.idempotency_key = std::move(*key);
        change.body_hash = body_hash({request.method, request.path, request.body});
    }
    services.charts->publish_option(
        std::move(change),
        [call](const LiveCharts::OptionChanged& done) { call.answer(answer_of(done)); });
}

}  // namespace

void get_charts(const Services& services, const Call& call) {
    const auto settings = services.charts->settings();
    socketio::Array list;
    for (const auto& chart : settings->charts) {
        if (!auth::may_view(*settings, call.who, chart)) continue;
        socketio::Array data;
        for (const auto& dataset : chart.data) data.emplace_back(dataset);
        list.emplace_back(socketio::Object{
            {"id", chart.id}, {"title", texts_json(chart.title)}, {"data", std::move(data)}});
    }
    auto response =
        socketio::HttpResponse::json(200, socketio::Object{{"charts", std::move(list)}});
    response.headers.add("cache-control", "no-store");
    response.headers.add("vary", "authorization");
    call.answer(std::move(response));
}

void put_option(const Services& services, const Call& call, socketio::Value body) {
    change_option(services, call, std::move(body), false);
}

void patch_option(const Services& services, const Call& call, socketio::Value body) {
    change_option(services, call, std::move(body), true);
}

void get_option(const Services& services, const Call& call) {
    const auto settings = services.charts->settings();
    const auto* chart = find_chart(*settings, call.id());
    if (!chart) return call.answer(unknown_chart(call.id()));
    if (!auth::may_view(*settings, call.who, *chart)) {
        return call.answer(forbidden(call.who, "see this chart"));
    }
    const auto view = services.charts->option(chart->id, call.who, locale_of(*call.request));
    if (!view) return call.answer(unknown_chart(call.id()));
    auto response =
        tagged_answer(*call.request, quoted_tag(view->etag), "authorization, accept-language");
    if (response.status == 304) return call.answer(std::move(response));
    response.headers.add("content-type", "application/json");
    response.body = socketio::to_json(view->option);
    call.answer(std::move(response));
}

}  // namespace chartcast::api
