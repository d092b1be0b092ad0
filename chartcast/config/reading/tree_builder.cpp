#include "config/reading/tree_builder.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::config {
namespace {

constexpr std::string_view standard_tags = "tag:yaml.org,2002:";

/// Whether a scalar's text may mean something else than itself.
bool is_plain(const std::string& tag) noexcept {
    return tag == "?" || (tag.starts_with(standard_tags) && !tag.ends_with(":str"));
}

void check_tag(Place place, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with(standard_tags)) return;
    throw YamlStop(place, "a YAML tag of an application's own; take it out");
}

}  // namespace

Lines::Lines(std::string_view text, std::uint32_t file) : text_(text), file_(file), starts_{0} {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\n') starts_.push_back(at + 1);
    }
}

Place Lines::place(const YAML::Mark& mark) const noexcept {
    // A longer line was written by a program: there, counting characters costs more than it tells.
    constexpr std::size_t counted_max = 2048;
    const auto line = static_cast<std::size_t>(std::max(mark.line, 0));
    auto column = static_cast<std::size_t>(std::max(mark.column, 0));
    if (line < starts_.size() && column <= counted_max) {
        const auto before = text_.substr(starts_[line], column);
        column = static_cast<std::size_t>(std::ranges::count_if(
            before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    }
    return {file_, static_cast<std::uint32_t>(line + 1), static_cast<std::uint32_t>(column + 1)};
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
    if (std::exchange(has_document_, true)) {
        throw YamlStop(lines_.place(mark), "a second document; a file holds one, without ---");
    }
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const auto place = lines_.place(mark);
    if (expects_key()) throw YamlStop(place, "a key is a text; this one is empty or null");
    charge(place, 0);
    Node node;
    node.place = place;
    add(std::move(node), anchor);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const auto place = lines_.place(mark);
    if (expects_key()) throw YamlStop(place, "a key cannot be an alias; write it out");
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw YamlStop(place, "an alias of something that holds it");
    charge(found->second);
    if (open_.size() + depth_of(found->second) > limits_.depth_max) {
        throw YamlStop(place, "nested deeper than " + std::to_string(limits_.depth_max) +
                                  " levels with what the alias stands for");
    }
    add(found->second, 0);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
    const auto place = lines_.place(mark);
    check_tag(place, tag);
    if (expects_key()) return add_key(place, value);
    auto substituted = substitute(value, environment_);
    charge(place, substituted.text.size());
    if (!substituted.error.empty()) {
        problems_.add(place, path_here(), substituted.error);
    }
    Node node;
    node.kind = Node::Kind::scalar;
    node.plain = is_plain(tag);
    node.from_environment = substituted.from_environment;
    node.unusable = !substituted.error.empty();
    node.place = place;
    node.text = std::move(substituted.text);
    add(std::move(node), anchor);
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value) {
    open(Node::Kind::list, mark, tag, anchor);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
    open(Node::Kind::map, mark, tag, anchor);
}

void TreeBuilder::open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor) {
    const auto place = lines_.place(mark);
    check_tag(place, tag);
    if (expects_key()) throw YamlStop(place, "a key is a text, not a list or a map");
    if (open_.size() >= limits_.depth_max) {
        throw YamlStop(place,
                       "nested deeper than " + std::to_string(limits_.depth_max) + " levels");
    }
    charge(place, 0);
    Open opened;
    opened.node.kind = kind;
    opened.node.place = place;
    opened.anchor = anchor;
    open_.push_back(std::move(opened));
}

void TreeBuilder::close() {
    auto closed = std::move(open_.back());
    open_.pop_back();
    add(std::move(closed.node), closed.anchor);
}

void TreeBuilder::add(Node node, YAML::anchor_t anchor) {
    if (anchor != 0) {
        charge(node);
        anchors_[anchor] = node;
    }
    if (open_.empty()) {
        root_ = std::move(node);
        return;
    }
    auto& parent = open_.back();
    if (parent.node.kind == Node::Kind::list) {
        parent.node.items.push_back(std::move(node));
        return;
    }
    // The place of a value that is not there is somewhere behind it.
    if (node.kind == Node::Kind::null) node.place = parent.member->place;
    parent.member->value = std::move(node);
    parent.node.members.push_back(*std::move(parent.member));
    parent.member.reset();
}

bool TreeBuilder::expects_key() const noexcept {
    return !open_.empty() && open_.back().node.kind == Node::Kind::map && !open_.back().member;
}

void TreeBuilder::add_key(Place place, const std::string& key) {
    charge(place, key.size());
    auto& map = open_.back();
    const auto [earlier, is_new] = map.keys.emplace(key, place);
    if (!is_new) {
        problems_.add(place, path_here(),
                      "the key " + key.substr(0, 64) + " stands twice; it is already in line " +
                          std::to_string(earlier->second.line));
    }
    map.member = Member{key, place, {}};
}

std::string TreeBuilder::path_here() const {
    std::string path;
    for (const auto& open : open_) {
        if (open.member) {
            if (!path.empty()) path += '.';
            path += open.member->key.substr(0, 64);
        } else if (open.node.kind == Node::Kind::list) {
            path += '[' + std::to_string(open.node.items.size()) + ']';
        }
    }
    return path;
}

void TreeBuilder::charge(const Node& node) {
    charge(node.place, node.text.size());
    for (const auto& item : node.items) charge(item);
    for (const auto& member : node.members) {
        charge(member.place, member.key.size());
        charge(member.value);
    }
}

void TreeBuilder::charge(Place place, std::size_t text_bytes) {
    text_bytes_ += text_bytes;
    if (++nodes_ > limits_.nodes_max || text_bytes_ > limits_.text_bytes_max) {
        throw YamlStop(place, "more than " + std::to_string(limits_.nodes_max) +
                                  " values, counted with what aliases stand for; make it smaller");
    }
}

}  // namespace chartcast::config
