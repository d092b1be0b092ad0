// dashboards: their shape, and that what they name is there.
#include "config/reading/parts.hpp"

namespace chartcast::config {
namespace {

enum class Choice : std::uint8_t { known };

void check_place(const Item& at) {
    if (!at.present()) return;
    const auto numbers = at.list();
    constexpr std::size_t x_y_width_height = 4;
    if (numbers.size() != x_y_width_height) {
        return at.complain("has four whole numbers: [x, y, width, height]");
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        int number = 0;
        numbers[i].whole(number, i < 2 ? 0 : 1, 1000);
    }
}

NameSet check_variables(const Item& item, const Names& names) {
    NameSet variables;
    for (const auto& entry : item.list()) {
        auto section = entry.section();
        if (!section) continue;
        std::string name;
        (*section)["name"].required().id(name);
        if (!name.empty() && !variables.insert(name).second) {
            entry.complain("a variable " + name + " stands further up already");
        }
        auto type = Choice::known;
        (*section)["type"].choice(
            type,
            {{"select", Choice::known}, {"text", Choice::known}, {"time_range", Choice::known}});
        std::string dataset;
        (*section)["dataset"].name_of(dataset, names.datasets, "dataset");
        std::string field;
        (*section)["field"].text(field);
        bool multi = false;
        (*section)["multi"].flag(multi);
        section->done();
    }
    return variables;
}

void check_panel(Section section, const Names& names, const NameSet& variables) {
    std::string chart;
    section["chart"].required().name_of(chart, names.charts, "chart");
    const auto at = section["at"].required();
    check_place(at);
    if (auto on_click = section["on_click"].section()) {
        std::string variable;
        (*on_click)["set"].required().name_of(variable, variables, "variable");
        on_click->done();
    }
    section.done();
}

void check_dashboard(Section section, const Names& names) {
    live::LocaleTexts title;
    section["title"].texts(title);
    auto theme = Choice::known;
    section["theme"].choice(
        theme, {{"auto", Choice::known}, {"light", Choice::known}, {"dark", Choice::known}});
    Allow allow;
    if (const auto inside = section["allow"].section()) read_allow(*inside, allow);
    const auto variables = check_variables(section["variables"], names);
    for (const auto& panel : section["panels"].required().list()) {
        if (const auto inside = panel.section()) check_panel(*inside, names, variables);
    }
    section.done();
}

}  // namespace

void check_dashboards(const Item& dashboards, const Names& names) {
    const auto section = dashboards.section();
    if (!section) return;
    for (const auto& [id, item] : section->members()) {
        if (!is_id(id)) item.complain("is no id; ids are 1 to 64 letters, digits, _ and -");
        if (const auto dashboard = item.section()) check_dashboard(*dashboard, names);
    }
}

}  // namespace chartcast::config
