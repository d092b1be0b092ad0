#include "live/plain_option.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;
using Series = OptionTemplate::Series;

bool holds(const std::vector<Series>& list, const Series& wanted) {
    return std::any_of(list.begin(), list.end(),
                       [&](const Series& one) { return one.id == wanted.id; });
}

}  // namespace

void PlainOption::learn(const OptionTemplate& now) {
    auto before = std::exchange(present_, now.series());
    std::erase_if(absent_, [this](const Series& one) { return holds(present_, one); });
    for (auto& one : before) {
        // ECharts can make no series without a type; one without was never drawn.
        if (!holds(present_, one) && one.type.if_string()) absent_.push_back(std::move(one));
    }
    if (absent_.size() <= absent_max) return;
    absent_.erase(absent_.begin(), absent_.end() - static_cast<std::ptrdiff_t>(absent_max));
}

Value PlainOption::option(const OptionTemplate& now, Array datasets,
                          std::string_view locale) const {
    auto option = now.materialise(std::move(datasets), locale);
    auto& object = *option.if_object();
    if (present_.empty() && absent_.empty()) return option;
    auto& member = object["series"];
    if (!member.if_array()) member = Array();
    auto& list = *member.if_array();
    for (auto& value : list) {
        if (auto* one = value.if_object(); one && !one->find("data")) one->append("data", nullptr);
    }
    for (const auto& one : absent_) {
        list.push_back(Object{{"id", one.id}, {"type", one.type}, {"name", ""}, {"data", Array()}});
    }
    return option;
}

}  // namespace chartcast::live
