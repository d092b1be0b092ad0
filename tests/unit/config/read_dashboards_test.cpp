// Dashboards: what is read, and what their mistakes look like.
#include "unit/config/reading.hpp"

#include <gmock/gmock.h>

namespace chartcast::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Two datasets, two charts, and the dashboards that the text has.
std::string with(const std::string& dashboards, const std::string& more = "") {
    return more + R"(datasets:
  deals: { fields: { id: string, region: string, at: time }, key: [id] }
  learned: { source: { push: { auto_create: true } } }
charts:
  map: { data: [deals] }
  list: { data: [deals, learned] }
dashboards:
)" + dashboards;
}

/// A dashboard with these panels and variables, as the last of the file.
std::string sales(const std::string& panels, const std::string& variables = "[]") {
    return with("  sales: { variables: " + variables + ", panels: " + panels + " }\n");
}

const std::string by_region = "[{ name: region, dataset: deals, field: region }]";

TEST(ReadDashboards, ReadsEveryKey) {
    const auto settings = read(with(R"(  sales:
    title: Sales
    theme: dark
    variables:
      - { name: region, label: { en: Region, zh-CN: 地区 }, dataset: deals, field: region, multi: true }
      - { name: word, type: text, field: account }
      - { name: when, type: time_range, dataset: deals, field: at }
    panels:
      - { chart: map, at: [0, 0, 12, 4], on_click: { set: region, open: region } }
      - { chart: list, at: [0, 4, 6, 1], on_click: { open: region } }
  region:
    variables: [{ name: region, dataset: learned, field: anything }]
    panels: []
)",
                                    "default_dashboard: region\n"));
    EXPECT_EQ(settings.default_dashboard, "region");
    ASSERT_EQ(settings.dashboards.size(), 2u);
    const auto& first = settings.dashboards[0];
    EXPECT_EQ(first.theme, DashboardSettings::Theme::dark);
    ASSERT_EQ(first.variables.size(), 3u);
    EXPECT_EQ(live::text_for(first.variables[0].label, "zh-CN"), "地区");
    EXPECT_EQ(first.variables[1].type, VariableSettings::Type::text);
    EXPECT_EQ(first.variables[1].field, "account");
    EXPECT_EQ(first.variables[2].type, VariableSettings::Type::time_range);
    ASSERT_EQ(first.panels.size(), 2u);
    EXPECT_EQ(first.panels[0].on_click->set, "region");
    EXPECT_EQ(first.panels[0].on_click->open, "region");
    EXPECT_EQ(first.panels[1].on_click->set, "");
    EXPECT_EQ(first.panels[1].y, 4u);
    EXPECT_THAT(settings.dashboards[1].panels, IsEmpty());
    EXPECT_THAT(settings.not_in_this_build, IsEmpty());
}

TEST(ReadDashboards, WantsASelectsValuesToBeThere) {
    EXPECT_THAT(problems_of(sales("[]", "[{ name: a }]")),
                ElementsAre(HasSubstr("sales.variables[0].dataset: is missing"),
                            HasSubstr("sales.variables[0].field: is missing")));
    EXPECT_THAT(problems_of(sales("[]", "[{ name: a, dataset: deal, field: region }]")),
                ElementsAre(HasSubstr("there is no dataset \"deal\"; did you mean deals?")));
    EXPECT_THAT(
        problems_of(sales("[]", "[{ name: a, dataset: deals, field: regoin }]")),
        ElementsAre("c.yaml:8:58: dashboards.sales.variables[0].field: there is no field of "
                    "deals \"regoin\"; did you mean region?"));
    EXPECT_THAT(problems_of(sales("[]", "[{ name: a, type: text, dataset: deals, field: x }]")),
                ElementsAre(HasSubstr("there is no field of deals \"x\"")));
    EXPECT_THAT(problems_of(sales("[]", "[{ name: a, type: text, multi: true }]")),
                ElementsAre(HasSubstr("variables[0].multi: is for type: select only")));
    EXPECT_THAT(problems_of(sales("[]", "[{ name: a, type: text }, { name: a, type: text }]")),
                ElementsAre(HasSubstr("variables[1]: a variable a stands further up already")));
    EXPECT_THAT(problems_of(sales("[]", "[{ name: a, type: text, lable: A }]")),
                ElementsAre(HasSubstr("variables[0].lable: unknown key; did you mean label?")));
}

TEST(ReadDashboards, KeepsPanelsOnTheGridAndApart) {
    EXPECT_THAT(problems_of(sales("[{ chart: map, at: [8, 0, 6, 2] }]")),
                ElementsAre(HasSubstr("c.yaml:8:54: dashboards.sales.panels[0].at: x and width are "
                                      "14 together; the grid has 12 columns")));
    EXPECT_THAT(
        problems_of(sales("[{ chart: map, at: [0, 0, 6, 2] }, { chart: list, at: [5, 1, 2, 2] }]")),
        ElementsAre(HasSubstr("sales.panels[1].at: lies over panels[0] (map)")));
    EXPECT_THAT(
        problems_of(sales("[{ chart: map, at: [0, 0, 6, 2] }, { chart: map, at: [6, 0, 6, 2] }, "
                          "{ chart: list, at: [0, 2, 12, 1] }]")),
        IsEmpty());
    EXPECT_THAT(problems_of(sales("[{ chart: map, at: [0, 0, 6] }]")),
                ElementsAre(HasSubstr("panels[0].at: has four whole numbers")));
    EXPECT_THAT(problems_of(sales("[{ chart: map, at: wide }]")),
                ElementsAre(HasSubstr("panels[0].at: is no list")));
    EXPECT_THAT(problems_of(sales("[{ chart: map, at: [0, -1, 0, x] }]")),
                ElementsAre(HasSubstr("at[1]: \"-1\" is not within 0 and 1000"),
                            HasSubstr("at[2]: \"0\" is not within 1 and 12"),
                            HasSubstr("at[3]: \"x\" is no whole number")));
    EXPECT_THAT(problems_of(sales("[{}]")), ElementsAre(HasSubstr("panels[0].chart: is missing"),
                                                        HasSubstr("panels[0].at: is missing")));
}

TEST(ReadDashboards, FollowsClicksToWhatIsThere) {
    const auto click = [](const std::string& on_click, const std::string& variables = by_region) {
        return problems_of(
            sales("[{ chart: map, at: [0, 0, 6, 2], on_click: " + on_click + " }]", variables));
    };
    EXPECT_THAT(click("{ set: region }"), IsEmpty());
    EXPECT_THAT(click("{ open: sales }"), IsEmpty());
    EXPECT_THAT(click("{}"), ElementsAre(HasSubstr("on_click: has a set, an open, or both")));
    EXPECT_THAT(click("{ set: regio }"),
                ElementsAre(HasSubstr(
                    "on_click.set: there is no variable \"regio\"; did you mean region?")));
    EXPECT_THAT(click("{ open: sale }"),
                ElementsAre(HasSubstr(
                    "on_click.open: there is no dashboard \"sale\"; did you mean sales?")));
    EXPECT_THAT(click("{ open: sales, set: x }"),
                ElementsAre(HasSubstr(
                    "on_click.set: there is no variable of sales \"x\"; known here: region")));
    EXPECT_THAT(click("{ set: word }", "[{ name: word, type: text }]"),
                ElementsAre(HasSubstr("on_click.set: \"word\" has no field")));
    EXPECT_THAT(
        click("{ set: when }", "[{ name: when, type: time_range, dataset: deals, field: at }]"),
        ElementsAre(HasSubstr("\"when\" is a time_range")));
}

TEST(ReadDashboards, BoundsWhatOneHas) {
    std::string panels;
    std::string variables;
    for (int at = 0; at < 65; ++at) {
        panels += "{ chart: map, at: [0, " + std::to_string(at) + ", 1, 1] },";
        if (at < 33) variables += "{ name: v" + std::to_string(at) + ", type: text },";
    }
    EXPECT_THAT(problems_of(sales("[" + panels + "]", "[" + variables + "]")),
                ElementsAre(HasSubstr("variables: has 33 variables; 32 are possible"),
                            HasSubstr("panels: has 65 panels; 64 are possible")));
}

TEST(ReadDashboards, WantsTheDefaultOneToBeThere) {
    EXPECT_THAT(
        problems_of(with("  sales: { panels: [] }\n", "default_dashboard: sale\n")),
        ElementsAre("c.yaml:1:20: default_dashboard: there is no dashboard \"sale\"; did you mean "
                    "sales?"));
    EXPECT_THAT(problems_of(with("  sales: {}\n")),
                ElementsAre(HasSubstr("dashboards.sales.panels: is missing")));
}

}  // namespace
}  // namespace chartcast::config
