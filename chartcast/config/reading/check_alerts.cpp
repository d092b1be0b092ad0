// alerts and notify: their shape, and that what they name is there.
#include "config/reading/parts.hpp"

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;

enum class Word : std::uint8_t { known };

void check_condition(Section& section) {
    const auto when = section["when"];
    const auto when_stale = section["when_stale"];
    if (when.present() == when_stale.present()) {
        section.complain("has one of when and when_stale");
    }
    std::string expression;
    when.text(expression);
    milliseconds late{0};
    when_stale.duration(late, 1s, 24h * 366);
}

void check_alert(Section section, const Names& names, std::string& id) {
    section["id"].required().id(id);
    std::string dataset;
    section["dataset"].required().name_of(dataset, names.datasets, "dataset");
    check_condition(section);
    auto severity = Word::known;
    section["severity"].choice(
        severity, {{"info", Word::known}, {"warning", Word::known}, {"critical", Word::known}});
    for (const auto& target : section["notify"].list_or_one()) {
        std::string name;
        target.name_of(name, names.notify, "notify");
    }
    live::LocaleTexts message;
    section["message"].texts(message);
    section.done();
}

void check_attachment(Section section, const Names& names) {
    std::string chart;
    section["chart"].required().name_of(chart, names.charts, "chart");
    auto format = Word::known;
    section["format"].choice(format, {{"png", Word::known}, {"svg", Word::known}});
    int pixels = 0;
    section["width"].whole(pixels, 16, 4096);
    section["height"].whole(pixels, 16, 4096);
    section.done();
}

}  // namespace

void check_alerts(const Item& alerts, const Names& names) {
    NameSet ids;
    for (const auto& entry : alerts.list()) {
        auto section = entry.section();
        if (!section) continue;
        std::string id;
        check_alert(*section, names, id);
        if (!id.empty() && !ids.insert(id).second) {
            entry.complain("an alert with the id " + id + " stands further up already");
        }
    }
}

void check_notify(const Item& notify, const Names& names) {
    const auto section = notify.section();
    if (!section) return;
    for (const auto& [name, item] : section->members()) {
        if (!is_id(name)) item.complain("is no id; ids are 1 to 64 letters, digits, _ and -");
        auto target = item.section();
        if (!target) continue;
        std::string webhook;
        (*target)["webhook"].required().url(webhook);
        if (const auto attach = (*target)["attach"].section()) check_attachment(*attach, names);
        target->done();
    }
}

}  // namespace chartcast::config
