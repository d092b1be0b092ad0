#include "api/dashboard_json.hpp"

#include <set>
#include <string_view>
#include <utility>

namespace chartcast::api {
namespace {

using socketio::Array;
using socketio::Object;

std::string_view name_of(config::DashboardSettings::Theme theme) noexcept {
    switch (theme) {
        case config::DashboardSettings::Theme::light: return "light";
        case config::DashboardSettings::Theme::dark: return "dark";
        case config::DashboardSettings::Theme::automatic: break;
    }
    return "auto";
}

std::string_view name_of(config::VariableSettings::Type type) noexcept {
    switch (type) {
        case config::VariableSettings::Type::text: return "text";
        case config::VariableSettings::Type::time_range: return "time_range";
        case config::VariableSettings::Type::select: break;
    }
    return "select";
}

void add_if_given(Object& object, const char* name, const std::string& text) {
    if (!text.empty()) object.append(name, text);
}

Object variable_json(const config::VariableSettings& variable) {
    Object object{{"name", variable.name}};
    if (!variable.label.empty()) object.append("label", texts_json(variable.label));
    object.append("type", name_of(variable.type));
    add_if_given(object, "dataset", variable.dataset);
    add_if_given(object, "field", variable.field);
    if (variable.multi) object.append("multi", true);
    return object;
}

Object panel_json(const config::PanelSettings& panel) {
    Object object{{"chart", panel.chart},
                  {"at", Array{panel.x, panel.y, panel.width, panel.height}}};
    if (panel.on_click) {
        Object click;
        add_if_given(click, "set", panel.on_click->set);
        add_if_given(click, "open", panel.on_click->open);
        object.append("on_click", std::move(click));
    }
    return object;
}

}  // namespace

Object texts_json(const live::LocaleTexts& texts) {
    Object object;
    for (const auto& [tag, text] : texts) object.append(tag, text);
    return object;
}

Object summary_json(const config::DashboardSettings& dashboard) {
    std::set<std::string_view> known;
    Array charts;
    for (const auto& panel : dashboard.panels) {
        if (known.insert(panel.chart).second) charts.emplace_back(panel.chart);
    }
    return {{"id", dashboard.id},
            {"title", texts_json(dashboard.title)},
            {"charts", std::move(charts)}};
}

Object dashboard_json(const config::DashboardSettings& dashboard) {
    Array variables;
    for (const auto& variable : dashboard.variables) {
        variables.emplace_back(variable_json(variable));
    }
    Array panels;
    for (const auto& panel : dashboard.panels) panels.emplace_back(panel_json(panel));
    return {{"id", dashboard.id},
            {"title", texts_json(dashboard.title)},
            {"theme", name_of(dashboard.theme)},
            {"variables", std::move(variables)},
            {"panels", std::move(panels)}};
}

}  // namespace chartcast::api
