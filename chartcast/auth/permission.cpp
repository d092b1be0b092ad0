#include "auth/permission.hpp"

#include "auth/token/jwt.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace chartcast::auth {
namespace {

using Anonymous = config::AuthSettings::Anonymous;
using Kind = Identity::Kind;
using Subjects = std::vector<std::string>;

bool holds(const std::vector<std::string>& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

/// "publish:deals" or "publish:*".
bool has_scope(const Identity& who, std::string_view verb, std::string_view id) {
    const auto is = [&](std::string_view scope) {
        return scope.size() > verb.size() && scope.starts_with(verb) && scope[verb.size()] == ':' &&
               (scope.substr(verb.size() + 1) == id || scope.substr(verb.size() + 1) == "*");
    };
    return who.kind == Kind::api_key && std::any_of(who.can.begin(), who.can.end(), is);
}

/// A key is meant only where it is named: "*" and "anonymous" are people.
bool names(const Subjects& subjects, const Identity& who) {
    switch (who.kind) {
        case Kind::anonymous: return holds(subjects, "anonymous");
        case Kind::api_key: return holds(subjects, "key:" + who.name);
        case Kind::embed: return false;
        case Kind::jwt: break;
    }
    const auto has_role = [&](const std::string& role) { return holds(subjects, "role:" + role); };
    return holds(subjects, "anonymous") || holds(subjects, "*") ||
           holds(subjects, "user:" + who.name) ||
           std::any_of(who.roles.begin(), who.roles.end(), has_role);
}

bool demo_lets(const config::Settings& settings, const Identity& who) {
    return settings.auth.anonymous == Anonymous::publish &&
           (who.kind == Kind::anonymous || who.kind == Kind::jwt);
}

bool draws_from(const config::ChartSettings& chart, std::string_view dataset) {
    return holds(chart.data, dataset);
}

bool is_raw(const config::ChartSettings& chart) {
    return chart.data.empty();
}

/// Where no embed token has decided: whoever `allow` names, else everybody who may see what says nothing.
bool is_shown(const config::Settings& settings, const Identity& who,
              const std::optional<config::Allow>& allow) {
    if (allow && !allow->view.empty()) return names(allow->view, who);
    return who.kind == Kind::jwt ||
           (who.kind == Kind::anonymous && settings.auth.anonymous != Anonymous::none);
}

bool is_scalar(const socketio::Value& value) {
    return !value.is_null() && !value.if_array() && !value.if_object() && !value.if_binary();
}

}  // namespace

bool may_view(const config::Settings& settings, const Identity& who,
              const config::ChartSettings& chart) {
    // Who issued the token has decided, whatever the chart says of others.
    if (who.kind == Kind::embed) return holds(who.charts, chart.id) || holds(who.charts, "*");
    return has_scope(who, "view", chart.id) || is_shown(settings, who, chart.allow);
}

bool may_view(const config::Settings& settings, const Identity& who,
              const config::DashboardSettings& dashboard) {
    if (who.kind == Kind::embed) {
        const auto& panels = dashboard.panels;
        const auto named = [&](const config::PanelSettings& panel) {
            return holds(who.charts, panel.chart);
        };
        return holds(who.charts, "*") ||
               (!panels.empty() && std::all_of(panels.begin(), panels.end(), named));
    }
    return has_scope(who, "view", dashboard.id) || is_shown(settings, who, dashboard.allow);
}

bool may_read(const config::Settings& settings, const Identity& who, std::string_view dataset) {
    if (has_scope(who, "view", dataset)) return true;
    return std::any_of(settings.charts.begin(), settings.charts.end(), [&](const auto& chart) {
        return draws_from(chart, dataset) && may_view(settings, who, chart);
    });
}

bool may_publish(const config::Settings& settings, const Identity& who, std::string_view dataset) {
    if (has_scope(who, "publish", dataset) || demo_lets(settings, who)) return true;
    return std::any_of(settings.charts.begin(), settings.charts.end(), [&](const auto& chart) {
        const bool fed = draws_from(chart, dataset) || (is_raw(chart) && chart.id == dataset);
        return fed && chart.allow && names(chart.allow->publish, who);
    });
}

bool may_edit(const config::Settings& settings, const Identity& who,
              const config::ChartSettings& chart) {
    if (has_scope(who, "edit", chart.id) || demo_lets(settings, who)) return true;
    if (chart.allow && names(chart.allow->edit, who)) return true;
    // A raw chart's option is what is published to it.
    return is_raw(chart) && may_publish(settings, who, chart.id);
}

bool may_issue_tokens(const config::Settings&, const Identity& who) {
    return who.kind == Kind::api_key && holds(who.can, "tokens");
}

std::optional<socketio::Array> visible_values(const config::DatasetSettings& dataset,
                                              const Identity& who) {
    if (dataset.access_claim.empty() || who.kind == Kind::api_key) return std::nullopt;
    const auto* claim = find_claim(who.claims, dataset.access_claim);
    if (!claim) return socketio::Array();
    const auto* list = claim->if_array();
    const auto values = list ? *list : socketio::Array{*claim};
    socketio::Array visible;
    for (const auto& value : values) {
        if (const auto* text = value.if_string(); text && *text == "*") return std::nullopt;
        if (is_scalar(value)) visible.push_back(value);
    }
    return visible;
}

}  // namespace chartcast::auth
