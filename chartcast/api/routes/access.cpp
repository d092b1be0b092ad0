#include "api/routes/access.hpp"

#include <algorithm>

namespace chartcast::api {
namespace {

/// RFC 6750: who sent no token is told no error.
socketio::HttpResponse unauthorized(std::string_view code, std::string_view detail,
                                    bool had_token) {
    auto response = problem(401, code, detail);
    response.headers.add("www-authenticate",
                         had_token ? "Bearer realm=\"chartcast\", error=\"invalid_token\""
                                   : "Bearer realm=\"chartcast\"");
    return response;
}

constexpr std::string_view token_wanted = "This needs a token: Authorization: Bearer TOKEN.";

std::string_view what_is_asked(const socketio::HttpRequest& request) {
    if (request.method == "GET" || request.method == "HEAD") return "view";
    if (request.path.ends_with("/option")) return "edit";
    return request.path.ends_with("/tokens") ? "tokens" : "publish";
}

template <class Item>
const Item* find(const std::vector<Item>& items, std::string_view id) noexcept {
    const auto found =
        std::find_if(items.begin(), items.end(), [id](const Item& item) { return item.id == id; });
    return found == items.end() ? nullptr : &*found;
}

}  // namespace

socketio::HttpResponse unidentified(auth::Refusal refusal) {
    switch (refusal) {
        case auth::Refusal::missing: return unauthorized("token_missing", token_wanted, false);
        case auth::Refusal::malformed:
            return unauthorized("token_malformed", "That is no token of ours.", true);
        case auth::Refusal::expired:
            return unauthorized("token_expired", "The token has expired.", true);
        case auth::Refusal::not_yet:
            return unauthorized("token_not_yet", "The token is not valid yet.", true);
        case auth::Refusal::unavailable:
            return problem(503, "provider_unavailable",
                           "The identity provider cannot be asked for its keys.");
        default: return unauthorized("token_unknown", "Nobody here knows that token.", true);
    }
}

socketio::HttpResponse forbidden(const auth::Identity& who, std::string_view what) {
    if (who.kind == auth::Identity::Kind::anonymous) {
        return unauthorized("token_missing", token_wanted, false);
    }
    return problem(403, "forbidden", "This token does not let you " + std::string(what) + '.');
}

socketio::HttpResponse unknown_dataset(std::string_view id) {
    return problem(404, "unknown_dataset", "There is no dataset \"" + std::string(id) + "\".");
}

socketio::HttpResponse unknown_chart(std::string_view id) {
    return problem(404, "unknown_chart", "There is no chart \"" + std::string(id) + "\".");
}

socketio::HttpResponse unknown_dashboard(std::string_view id) {
    return problem(404, "unknown_dashboard", "There is no dashboard \"" + std::string(id) + "\".");
}

void audit(const Services& services, const socketio::HttpRequest& request, std::string_view who,
           std::string_view reason) {
    if (!services.refused) return;
    services.refused(
        {.what = what_is_asked(request), .who = who, .reason = reason, .where = request.path});
}

const config::DatasetSettings* find_dataset(const config::Settings& settings,
                                            std::string_view id) noexcept {
    return find(settings.datasets, id);
}

const config::ChartSettings* find_chart(const config::Settings& settings,
                                        std::string_view id) noexcept {
    return find(settings.charts, id);
}

const config::DashboardSettings* find_dashboard(const config::Settings& settings,
                                                std::string_view id) noexcept {
    return find(settings.dashboards, id);
}

std::shared_ptr<const live::Schema> schema_of(const viewers::LiveCharts& charts,
                                              const config::DatasetSettings& dataset) {
    if (!dataset.definition.fields.empty()) {
        auto schema = live::Schema::make(dataset.definition);
        return schema ? std::make_shared<const live::Schema>(std::move(*schema)) : nullptr;
    }
    const auto view = charts.rows(dataset.id, std::nullopt);
    return view ? view->schema : nullptr;
}

}  // namespace chartcast::api
