#include "config/reading/yaml_tree.hpp"

#include "config/reading/tree_builder.hpp"
#include "config/reading/utf8.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

namespace chartcast::config {
namespace {

/// Before yaml-cpp sees it: its bounds, and that it is text.
bool is_text(std::string_view text, std::uint32_t file, Problems& problems) {
    const auto bytes_max = YamlLimits{}.bytes_max;
    if (text.size() > bytes_max) {
        problems.add({file, 0, 0}, "",
                     "larger than " + std::to_string(bytes_max / 1024 / 1024) +
                         " MiB; divide it into several files of a folder");
        return false;
    }
    if (is_plain_utf8(text)) return true;
    std::uint32_t line = 1;
    for (std::size_t at = 0; at < text.size(); ++line) {
        const auto end = std::min(text.find('\n', at), text.size());
        if (!is_plain_utf8(text.substr(at, end - at))) {
            problems.add({file, line, 1}, "",
                         "not UTF-8 text, or a control character; save the file as UTF-8");
            return false;
        }
        at = end + 1;
    }
    return false;
}

std::optional<Node> parse(std::string_view text, std::uint32_t file, const Environment& environment,
                          Problems& problems) {
    const Lines lines(text, file);
    TreeBuilder builder(lines, environment, problems);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
        return builder.take();
    } catch (const YamlStop& stop) {
        problems.add(stop.place, "", stop.what());
    } catch (const YAML::Exception& error) {
        problems.add(lines.place(error.mark), "", "not YAML: " + error.msg);
    }
    return std::nullopt;
}

}  // namespace

const Node* Node::find(std::string_view key) const noexcept {
    for (const auto& member : members) {
        if (member.key == key) return &member.value;
    }
    return nullptr;
}

std::size_t depth_of(const Node& node) noexcept {
    std::size_t deepest = 0;
    for (const auto& item : node.items) deepest = std::max(deepest, depth_of(item));
    for (const auto& member : node.members) deepest = std::max(deepest, depth_of(member.value));
    const bool nests = node.kind == Node::Kind::list || node.kind == Node::Kind::map;
    return deepest + (nests ? 1 : 0);
}

std::optional<Node> parse_yaml(std::string_view text, std::uint32_t file,
                               const Environment& environment, Problems& problems) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (!is_text(text, file, problems)) return std::nullopt;
    auto root = parse(text, file, environment, problems);
    if (!root) return std::nullopt;
    if (root->kind == Node::Kind::null) {
        root->kind = Node::Kind::map;
        root->place = {file, 1, 1};
    }
    if (root->kind != Node::Kind::map) {
        problems.add(root->place, "", "no configuration; write `key: value` lines");
        return std::nullopt;
    }
    return root;
}

}  // namespace chartcast::config
