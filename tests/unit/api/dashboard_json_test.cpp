// What pages are told of a dashboard: all of it, and nothing that was left out.
#include "api/dashboard_json.hpp"

#include <socketio/json.hpp>

#include <gtest/gtest.h>

namespace chartcast::api {
namespace {

TEST(DashboardJson, HasWhatItsConfigurationHas) {
    config::DashboardSettings dashboard;
    dashboard.id = "sales";
    dashboard.title = {{"en", "Sales"}, {"zh-CN", "销售"}};
    dashboard.theme = config::DashboardSettings::Theme::light;
    config::VariableSettings region;
    region.name = "region";
    region.label = {{"", "Region"}};
    region.dataset = "deals";
    region.field = "region";
    region.multi = true;
    config::VariableSettings when;
    when.name = "when";
    when.type = config::VariableSettings::Type::time_range;
    dashboard.variables = {region, when};
    config::PanelSettings map{"map", 0, 1, 8, 4, config::PanelSettings::OnClick{"region", "more"}};
    const config::PanelSettings list{"list", 8, 1, 4, 4, std::nullopt};
    dashboard.panels = {map, list, map};
    EXPECT_EQ(socketio::to_json(dashboard_json(dashboard)),
              R"({"id":"sales","title":{"en":"Sales","zh-CN":"销售"},"theme":"light","variables":[)"
              R"({"name":"region","label":{"":"Region"},"type":"select","dataset":"deals",)"
              R"("field":"region","multi":true},{"name":"when","type":"time_range"}],"panels":[)"
              R"({"chart":"map","at":[0,1,8,4],"on_click":{"set":"region","open":"more"}},)"
              R"({"chart":"list","at":[8,1,4,4]},)"
              R"({"chart":"map","at":[0,1,8,4],"on_click":{"set":"region","open":"more"}}]})");
    EXPECT_EQ(socketio::to_json(summary_json(dashboard)),
              R"({"id":"sales","title":{"en":"Sales","zh-CN":"销售"},"charts":["map","list"]})");
}

}  // namespace
}  // namespace chartcast::api
