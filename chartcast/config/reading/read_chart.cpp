// charts: which datasets they draw, and how.
#include "config/reading/parts.hpp"
#include "config/reading/plain_value.hpp"

#include <algorithm>

namespace chartcast::config {
namespace {

bool is_somebody(std::string_view text) noexcept {
    if (text == "anonymous" || text == "*") return true;
    for (const std::string_view kind : {"role:", "user:", "key:"}) {
        if (text.starts_with(kind)) return text.size() > kind.size();
    }
    return false;
}

void read_somebodies(const Item& item, std::vector<std::string>& somebodies) {
    for (const auto& entry : item.list_or_one()) {
        const auto text = entry.scalar("role:NAME");
        if (!text) continue;
        if (!is_somebody(*text)) {
            entry.complain(entry.shown() +
                           " is nobody; give role:NAME, user:NAME, key:ID, anonymous or \"*\"");
            continue;
        }
        somebodies.push_back(*text);
    }
}

void read_data(const Item& item, const Names& names, std::vector<std::string>& data) {
    for (const auto& entry : item.list_or_one()) {
        std::string dataset;
        entry.name_of(dataset, names.datasets, "dataset");
        if (dataset.empty()) continue;
        if (std::ranges::find(data, dataset) != data.end()) {
            entry.complain("the dataset " + dataset + " stands twice");
            continue;
        }
        data.push_back(std::move(dataset));
    }
}

}  // namespace

void read_allow(Section section, Allow& allow) {
    read_somebodies(section["view"], allow.view);
    read_somebodies(section["publish"], allow.publish);
    read_somebodies(section["edit"], allow.edit);
    section.done();
}

void read_chart(Section section, const Names& names, ChartSettings& chart) {
    section["title"].texts(chart.title);
    read_data(section["data"], names, chart.data);
    double max_rate = 0;
    section["max_rate"].rate(max_rate, 1000);
    if (max_rate > 0) chart.max_rate = max_rate;
    if (const auto allow = section["allow"].section()) read_allow(*allow, chart.allow.emplace());
    chart.option = socketio::Object{};
    if (const auto option = section["option"].section()) {
        if (!option->node().members.empty()) chart.option = plain_value(option->node());
    }
    section.done();
}

}  // namespace chartcast::config
