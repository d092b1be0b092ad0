#include "live/option_template.hpp"

#include "live/merge_patch.hpp"
#include "live/value_hash.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;

std::string hex(std::uint64_t number, int digits) {
    constexpr std::string_view alphabet = "0123456789abcdef";
    std::string text;
    for (int shift = 60; digits > 0; shift -= 4, --digits) text += alphabet[(number >> shift) & 15];
    return text;
}

std::string hash_of(const Value& option, const LocaleTexts& title) {
    constexpr int digits = 12;
    auto hash = stable_hash(option);
    for (const auto& [tag, text] : title) hash = stable_hash(text, stable_hash(tag, hash));
    return hex(hash, digits);
}

/// ECharts takes a lone series, too.
void name_series(Object& option) {
    auto* series = option.find("series");
    if (!series) return;
    if (series->if_object()) *series = Array{std::move(*series)};
    auto* list = series->if_array();
    if (!list) return;
    for (std::size_t at = 0; at < list->size(); ++at) {
        auto* one = (*list)[at].if_object();
        if (!one) continue;
        auto& id = (*one)["id"];
        if (const auto* number = id.if_int64()) id = std::to_string(*number);
        if (!id.if_string()) id = "series" + std::to_string(at);
    }
}

/// "currency:CNY" as text around the value; empty when we know no such format.
std::string text_template(std::string_view format) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> symbols = {
        {{"CNY", "¥"}, {"JPY", "¥"}, {"USD", "$"}, {"EUR", "€"}, {"GBP", "£"}}};
    const auto colon = format.find(':');
    if (colon == std::string_view::npos) return {};
    const auto kind = format.substr(0, colon);
    const auto what = format.substr(colon + 1);
    if (kind == "unit") return "{value} " + std::string(what);
    if (kind != "currency") return {};
    for (const auto& [code, symbol] : symbols) {
        if (code == what) return std::string(symbol) + "{value}";
    }
    return std::string(what) + " {value}";
}

/// Elsewhere ECharts' templates have other words than {value}.
bool takes_value_template(std::string_view parent) noexcept {
    return parent == "axisLabel" || parent == "detail";
}

void resolve(Value& value, std::string_view name);

void resolve_members(Object& object, std::string_view name) {
    std::string formatter;
    if (const auto* format = object.find("$format"); format && takes_value_template(name)) {
        if (const auto* text = format->if_string()) formatter = text_template(*text);
    }
    auto& members = object.members();
    const auto is_ours = [](const Object::Member& member) { return member.first.starts_with('$'); };
    members.erase(std::remove_if(members.begin(), members.end(), is_ours), members.end());
    for (auto& [key, member] : members) resolve(member, key);
    if (!formatter.empty() && !object.find("formatter")) {
        object.append("formatter", std::move(formatter));
    }
}

void resolve(Value& value, std::string_view name) {
    if (auto* object = value.if_object()) {
        resolve_members(*object, name);
    } else if (auto* array = value.if_array()) {
        for (auto& item : *array) resolve(item, name);
    }
}

}  // namespace

OptionTemplate::OptionTemplate(Value option, LocaleTexts title)
    : option_(std::move(option)), title_(std::move(title)) {
    if (!option_.if_object()) option_ = Object();
    name_series(*option_.if_object());
    tpl_ = hash_of(option_, title_);
}

OptionTemplate OptionTemplate::patched(const Value& patch) const {
    return {merge_patch(option_, patch), title_};
}

Value OptionTemplate::option(std::string_view locale) const {
    auto option = option_;
    const auto title = text_for(title_, locale);
    if (!title.empty() && !option.if_object()->find("title")) {
        option.if_object()->append("title", Object{{"text", title}});
    }
    return option;
}

Value OptionTemplate::materialise(Array datasets, std::string_view locale) const {
    auto option = without_dollar_keys(this->option(locale));
    if (datasets.empty()) return option;
    auto& member = (*option.if_object())["dataset"];
    // Datasets that the template makes of ours, by transforms, come behind them.
    if (auto* own = member.if_array()) {
        std::move(own->begin(), own->end(), std::back_inserter(datasets));
    } else if (member.if_object()) {
        datasets.push_back(std::move(member));
    }
    member = std::move(datasets);
    return option;
}

std::vector<OptionTemplate::Series> OptionTemplate::series() const {
    std::vector<Series> found;
    const auto* list = option_.if_object()->find("series");
    if (!list || !list->if_array()) return found;
    for (const auto& value : *list->if_array()) {
        const auto* one = value.if_object();
        if (!one) continue;
        const auto* type = one->find("type");
        found.push_back({one->find("id")->as_string(), type ? *type : Value()});
    }
    return found;
}

Value without_dollar_keys(Value option) {
    resolve(option, {});
    return option;
}

}  // namespace chartcast::live
