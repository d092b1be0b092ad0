#include "config/reading/section.hpp"

#include "config/reading/nearest.hpp"

#include <algorithm>

namespace chartcast::config {
namespace {

/// Names that a file gives are as long as their writer likes.
std::string cut(std::string_view text) {
    constexpr std::size_t shown_max = 64;
    if (text.size() <= shown_max) return std::string(text);
    auto end = shown_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return std::string(text.substr(0, end)) + "...";
}

}  // namespace

std::string Section::path_of(std::string_view key) const {
    return path_.empty() ? cut(key) : path_ + "." + cut(key);
}

Item Section::operator[](std::string_view key) {
    known_.emplace_back(key);
    for (const auto& member : node_->members) {
        if (member.key != key) continue;
        return {*problems_, &member.value, member.value.place, path_of(key)};
    }
    return {*problems_, nullptr, node_->place, path_of(key)};
}

std::vector<std::pair<std::string, Item>> Section::members() const {
    std::vector<std::pair<std::string, Item>> members;
    members.reserve(node_->members.size());
    for (const auto& member : node_->members) {
        members.emplace_back(member.key,
                             Item(*problems_, &member.value, member.place, path_of(member.key)));
    }
    return members;
}

void Section::done() const {
    const std::vector<std::string_view> known(known_.begin(), known_.end());
    for (const auto& member : node_->members) {
        if (std::ranges::find(known, member.key) != known.end()) continue;
        problems_->add(member.place, path_of(member.key),
                       "unknown key" + suggestion(member.key, known));
    }
}

std::optional<Section> Item::section() const {
    if (!node_) return std::nullopt;
    if (node_->kind == Node::Kind::map || node_->kind == Node::Kind::null) {
        return Section(*problems_, *node_, path_);
    }
    complain("is no map; write `key: value` lines below it, or { key: value }");
    return std::nullopt;
}

std::vector<Item> Item::list() const {
    std::vector<Item> items;
    if (!node_ || node_->kind == Node::Kind::null) return items;
    if (node_->kind != Node::Kind::list) {
        complain("is no list; write [a, b], or lines that begin with -");
        return items;
    }
    for (const auto& item : node_->items) {
        items.emplace_back(*problems_, &item, item.place,
                           path_ + "[" + std::to_string(items.size()) + "]");
    }
    return items;
}

std::vector<Item> Item::list_or_one() const {
    if (node_ && node_->kind == Node::Kind::scalar) return {*this};
    return list();
}

std::string Item::shown() const {
    if (!node_ || node_->kind != Node::Kind::scalar) return "the value";
    if (node_->from_environment) return "the value from the environment";
    return "\"" + cut(node_->text) + "\"";
}

}  // namespace chartcast::config
