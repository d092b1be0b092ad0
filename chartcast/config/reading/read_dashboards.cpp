// dashboards: which charts stand where, what their viewers choose, and where a click leads.
#include "config/reading/parts.hpp"

#include <algorithm>

namespace chartcast::config {
namespace {

/// A viewer's connection takes no more charts (docs/protocol.md).
constexpr std::size_t panels_max = 64;
/// They stand in one line of controls, and in the address.
constexpr std::size_t variables_max = 32;

template <class Part>
const Part* find(const std::vector<Part>& parts, std::string_view id) {
    const auto found = std::ranges::find(parts, id, &Part::id);
    return found == parts.end() ? nullptr : &*found;
}

// ---- Variables -------------------------------------------------------------------------------------

NameSet field_names(const DatasetSettings& dataset) {
    NameSet names;
    for (const auto& field : dataset.definition.fields) names.insert(field.name);
    return names;
}

/// A dataset that learns its fields from its first batch may have any.
void check_field(const Item& item, const Settings& settings, const VariableSettings& variable) {
    const auto* dataset = find(settings.datasets, variable.dataset);
    if (!dataset || dataset->definition.fields.empty()) return;
    std::string known;
    item.name_of(known, field_names(*dataset), "field of " + dataset->id);
}

void read_variable(Section section, const Reading& reading, VariableSettings& variable) {
    using Type = VariableSettings::Type;
    section["name"].required().id(variable.name);
    section["label"].texts(variable.label);
    section["type"].choice(
        variable.type,
        {{"select", Type::select}, {"text", Type::text}, {"time_range", Type::time_range}});
    const auto dataset = section["dataset"];
    const auto field = section["field"];
    if (variable.type == Type::select) {
        (void)dataset.required();
        (void)field.required();
    }
    dataset.name_of(variable.dataset, reading.names.datasets, "dataset");
    field.text(variable.field);
    if (!variable.field.empty()) check_field(field, reading.settings, variable);
    const auto multi = section["multi"];
    multi.flag(variable.multi);
    if (variable.multi && variable.type != Type::select) multi.complain("is for type: select only");
    section.done();
}

void read_variables(const Item& item, const Reading& reading, DashboardSettings& dashboard) {
    const auto entries = item.list();
    if (entries.size() > variables_max) {
        return item.complain("has " + std::to_string(entries.size()) + " variables; " +
                             std::to_string(variables_max) + " are possible");
    }
    for (const auto& entry : entries) {
        auto section = entry.section();
        if (!section) continue;
        VariableSettings variable;
        read_variable(*std::move(section), reading, variable);
        if (variable.name.empty()) continue;
        if (std::ranges::find(dashboard.variables, variable.name, &VariableSettings::name) !=
            dashboard.variables.end()) {
            entry.complain("a variable " + variable.name + " stands further up already");
            continue;
        }
        dashboard.variables.push_back(std::move(variable));
    }
}

// ---- Panels ----------------------------------------------------------------------------------------

/// False, after a problem, when it is no place on the grid.
bool read_place(const Item& at, PanelSettings& panel) {
    if (!at.present()) return false;
    const auto numbers = at.list();
    constexpr std::size_t x_y_width_height = 4;
    if (numbers.size() != x_y_width_height) {
        const auto kind = at.node()->kind;
        // What is no list has been told so.
        if (kind == Node::Kind::list || kind == Node::Kind::null) {
            at.complain("has four whole numbers: [x, y, width, height]");
        }
        return false;
    }
    constexpr std::int64_t columns = PanelSettings::columns;
    constexpr std::int64_t rows_max = 1000;
    constexpr unsigned none = UINT32_MAX;
    panel.x = panel.y = panel.width = panel.height = none;
    numbers[0].whole(panel.x, 0, columns - 1);
    numbers[1].whole(panel.y, 0, rows_max);
    numbers[2].whole(panel.width, 1, columns);
    numbers[3].whole(panel.height, 1, rows_max);
    if (std::max({panel.x, panel.y, panel.width, panel.height}) == none) return false;
    if (panel.x + panel.width <= columns) return true;
    at.complain("x and width are " + std::to_string(panel.x + panel.width) +
                " together; the grid has " + std::to_string(columns) + " columns");
    return false;
}

bool overlap(const PanelSettings& one, const PanelSettings& other) noexcept {
    return one.x < other.x + other.width && other.x < one.x + one.width &&
           one.y < other.y + other.height && other.y < one.y + one.height;
}

/// A click gives the row's value of the variable's field.
void read_set(const Item& item, const DashboardSettings& target, std::string_view what,
              std::string& set) {
    NameSet names;
    for (const auto& variable : target.variables) names.insert(variable.name);
    item.name_of(set, names, what);
    const auto variable = std::ranges::find(target.variables, set, &VariableSettings::name);
    if (variable == target.variables.end()) return;
    if (variable->type == VariableSettings::Type::time_range) {
        item.complain("a click gives one value, and " + item.shown() + " is a time_range");
    } else if (variable->field.empty()) {
        item.complain(item.shown() + " has no field whose value a click could give");
    }
}

PanelSettings::OnClick read_on_click(Section section, const Reading& reading,
                                     const DashboardSettings& dashboard) {
    PanelSettings::OnClick click;
    const auto set = section["set"];
    const auto open = section["open"];
    if (!set.present() && !open.present()) section.complain("has a set, an open, or both");
    open.name_of(click.open, reading.names.dashboards, "dashboard");
    if (!open.present()) {
        read_set(set, dashboard, "variable", click.set);
    } else if (const auto* target = find(reading.settings.dashboards, click.open)) {
        read_set(set, *target, "variable of " + target->id, click.set);
    }
    section.done();
    return click;
}

void read_panels(const Item& item, const Reading& reading, DashboardSettings& dashboard) {
    const auto entries = item.list();
    if (entries.size() > panels_max) {
        return item.complain("has " + std::to_string(entries.size()) + " panels; " +
                             std::to_string(panels_max) + " are possible");
    }
    struct Placed {
        PanelSettings panel;
        std::size_t number;
    };
    std::vector<Placed> placed;
    for (std::size_t number = 0; number < entries.size(); ++number) {
        auto section = entries[number].section();
        if (!section) continue;
        auto& panel = dashboard.panels.emplace_back();
        (*section)["chart"].required().name_of(panel.chart, reading.names.charts, "chart");
        const auto at = (*section)["at"].required();
        if (read_place(at, panel)) {
            const auto under = std::ranges::find_if(
                placed, [&](const Placed& other) { return overlap(panel, other.panel); });
            if (under != placed.end()) {
                at.complain("lies over panels[" + std::to_string(under->number) + "] (" +
                            under->panel.chart + ")");
            }
            placed.push_back({panel, number});
        }
        if (auto click = (*section)["on_click"].section()) {
            panel.on_click = read_on_click(*std::move(click), reading, dashboard);
        }
        section->done();
    }
}

// ---- The whole -------------------------------------------------------------------------------------

/// All but its panels, which may lead to other dashboards.
void read_head(Section& section, const Reading& reading, DashboardSettings& dashboard) {
    using Theme = DashboardSettings::Theme;
    section["title"].texts(dashboard.title);
    section["theme"].choice(
        dashboard.theme,
        {{"auto", Theme::automatic}, {"light", Theme::light}, {"dark", Theme::dark}});
    if (const auto allow = section["allow"].section()) {
        read_allow(*allow, dashboard.allow.emplace());
    }
    read_variables(section["variables"], reading, dashboard);
}

}  // namespace

void read_dashboards(const Item& item, Reading& reading) {
    const auto section = item.section();
    if (!section) return;
    auto& dashboards = reading.settings.dashboards;
    std::vector<Section> parts;
    for (const auto& [id, part] : section->members()) {
        if (!is_id(id)) part.complain("is no id; ids are 1 to 64 letters, digits, _ and -");
        auto inside = part.section();
        if (!inside) continue;
        dashboards.emplace_back().id = id;
        read_head(*inside, reading, dashboards.back());
        parts.push_back(*std::move(inside));
    }
    for (std::size_t at = 0; at < parts.size(); ++at) {
        read_panels(parts[at]["panels"].required(), reading, dashboards[at]);
        parts[at].done();
    }
}

}  // namespace chartcast::config
