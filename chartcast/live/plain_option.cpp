#include "live/plain_option.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;
using Series = OptionTemplate::Series;

Value empty_series(const Series& one) {
    return Object{{"id", one.id}, {"type", one.type}, {"name", ""}, {"data", Array()}};
}

/// Takes the one of that id out of the list; null when it has none.
Value take(Array& list, std::string_view id) {
    for (auto& value : list) {
        const auto* one = value.if_object();
        const auto* its_id = one ? one->find("id") : nullptr;
        if (its_id && its_id->if_string() && *its_id->if_string() == id) {
            return std::exchange(value, nullptr);
        }
    }
    return nullptr;
}

}  // namespace

void PlainOption::learn(const OptionTemplate& now) {
    ++learned_;
    const auto present = now.series();
    for (auto& one : known_) {
        if (one.left_at == 0) one.left_at = learned_;
    }
    for (const auto& series : present) {
        if (auto* one = find(series.id)) {
            *one = {series, 0};
        } else {
            known_.push_back({series, 0});
        }
    }
    // ECharts can make no series without a type; one without was never drawn.
    std::erase_if(
        known_, [](const Known& one) { return one.left_at != 0 && !one.series.type.if_string(); });
    forget_oldest();
}

PlainOption::Known* PlainOption::find(std::string_view id) {
    const auto found = std::find_if(known_.begin(), known_.end(),
                                    [id](const Known& one) { return one.series.id == id; });
    return found == known_.end() ? nullptr : &*found;
}

void PlainOption::forget_oldest() {
    std::vector<std::uint64_t> ages;
    for (const auto& one : known_) {
        if (one.left_at != 0) ages.push_back(one.left_at);
    }
    if (ages.size() <= absent_max) return;
    auto surplus = ages.size() - absent_max;
    std::sort(ages.begin(), ages.end());
    const auto last_forgotten = ages[surplus - 1];
    std::erase_if(known_, [&](const Known& one) {
        const bool forgotten = one.left_at != 0 && one.left_at <= last_forgotten && surplus > 0;
        if (forgotten) --surplus;
        return forgotten;
    });
}

Value PlainOption::option(const OptionTemplate& now, Array datasets,
                          std::string_view locale) const {
    auto option = now.materialise(std::move(datasets), locale);
    if (known_.empty()) return option;
    auto& member = (*option.if_object())["series"];
    if (!member.if_array()) member = Array();
    auto& list = *member.if_array();
    for (auto& value : list) {
        if (auto* one = value.if_object(); one && !one->find("data")) one->append("data", nullptr);
    }
    Array placed;
    placed.reserve(known_.size());
    for (const auto& [series, left_at] : known_) {
        placed.push_back(left_at == 0 ? take(list, series.id) : empty_series(series));
    }
    // Of two with one id ECharts draws what it likes.
    for (auto& rest : list) {
        if (rest.if_object()) placed.push_back(std::move(rest));
    }
    list = std::move(placed);
    return option;
}

}  // namespace chartcast::live
