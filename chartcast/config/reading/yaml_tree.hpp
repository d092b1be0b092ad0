#pragma once
// A YAML text as a tree in which every value knows its place, with the environment filled in. Bounded in
// depth and size whatever the text is. Any thread.

#include "config/reading/environment.hpp"
#include "config/reading/problems.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::config {

struct Member;

struct Node {
    enum class Kind : std::uint8_t { null, scalar, list, map };
    Kind kind = Kind::null;
    /// A scalar without quotes: its text may mean a number, true, false or null.
    bool plain = false;
    /// Whether the environment gave a part of the text: it is not for showing.
    bool from_environment = false;
    /// What it says was a problem already.
    bool unusable = false;
    Place place;
    std::string text;
    std::vector<Node> items;
    std::vector<Member> members;

    [[nodiscard]] const Node* find(std::string_view key) const noexcept;
};

struct Member {
    std::string key;
    Place place;
    Node value;
};

/// How many levels of lists and maps there are in it, itself included.
[[nodiscard]] std::size_t depth_of(const Node& node) noexcept;

struct YamlLimits {
    /// Of one file.
    std::size_t bytes_max = 4 * 1024 * 1024;
    std::size_t depth_max = 64;
    /// Values, each alias counted with all that it stands for.
    std::size_t nodes_max = 200'000;
    /// Of all texts, counted in the same way.
    std::size_t text_bytes_max = 16 * 1024 * 1024;
};

/// Nothing when the text is no YAML, after adding to `problems` why. A text without a document is an
/// empty map.
[[nodiscard]] std::optional<Node> parse_yaml(std::string_view text, std::uint32_t file,
                                             const Environment& environment, Problems& problems);

}  // namespace chartcast::config
