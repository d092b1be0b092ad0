#pragma once
// What the readers of the single parts share: values of the tree by their keys, with a type and a range,
// each mistake in one sentence at its place. Lives where a configuration is read.

#include "config/listen_address.hpp"
#include "config/reading/problems.hpp"
#include "config/reading/yaml_tree.hpp"
#include "live/locale_texts.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chartcast::config {

class Section;
using NameSet = std::set<std::string, std::less<>>;
using std::chrono::milliseconds;

/// Letters, digits, _ and -, 1 to 64 of them.
[[nodiscard]] bool is_id(std::string_view text) noexcept;

/// A value, or the absence of one. A reader that meets a mistake adds a problem and leaves its target as it
/// was; so it does, without a problem, when the value is absent.
class Item {
public:
    /// `node` may be null: an absence.
    Item(Problems& problems, const Node* node, Place place, std::string path)
        : problems_(&problems),
          node_(node && !node->unusable ? node : nullptr),
          told_(node && node->unusable),
          place_(place),
          path_(std::move(path)) {}

    [[nodiscard]] bool present() const noexcept { return node_ != nullptr; }
    [[nodiscard]] const Node* node() const noexcept { return node_; }
    [[nodiscard]] Place place() const noexcept { return place_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    void complain(std::string_view text) const { problems_->add(place_, path_, text); }
    /// The value in quotes, cut when long; not what came from the environment.
    [[nodiscard]] std::string shown() const;

    /// Adds a problem when the value is absent.
    const Item& required() const;
    /// Of a scalar; nothing, after a problem, when it is a list, a map or empty.
    [[nodiscard]] std::optional<std::string> scalar(std::string_view wanted) const;

    void text(std::string& out) const;
    void id(std::string& out) const;
    void flag(bool& out) const;
    void duration(milliseconds& out, milliseconds least, milliseconds most) const;
    /// `none` is 0.
    void rate(double& out, double most) const;
    template <std::integral I>
    void whole(I& out, std::int64_t least, std::int64_t most) const {
        if (const auto number = whole_within(least, most)) out = static_cast<I>(*number);
    }
    template <std::unsigned_integral I>
    void size(I& out, std::uint64_t least, std::uint64_t most) const {
        if (const auto bytes = size_within(least, most)) out = static_cast<I>(*bytes);
    }
    /// One of a few words.
    template <class E>
    void choice(E& out, std::initializer_list<std::pair<std::string_view, E>> words) const {
        std::vector<std::string_view> names;
        for (const auto& [name, value] : words) names.push_back(name);
        if (const auto at = choice_of(names)) out = (words.begin() + *at)->second;
    }
    /// The name of something that is defined elsewhere; `what` it is, as in "dataset".
    void name_of(std::string& out, const NameSet& known, std::string_view what) const;
    void address(ListenAddress& out) const;
    /// http:// or https:// with a host.
    void url(std::string& out) const;
    /// A text, or a map of texts by language.
    void texts(live::LocaleTexts& out) const;

    /// Nothing when absent or, after a problem, when it is no map. An empty value is an empty map.
    [[nodiscard]] std::optional<Section> section() const;
    [[nodiscard]] std::vector<Item> list() const;
    /// A list, or one value that stands for a list of one.
    [[nodiscard]] std::vector<Item> list_or_one() const;

private:
    [[nodiscard]] std::optional<std::int64_t> whole_within(std::int64_t least,
                                                           std::int64_t most) const;
    [[nodiscard]] std::optional<std::uint64_t> size_within(std::uint64_t least,
                                                           std::uint64_t most) const;
    [[nodiscard]] std::optional<std::size_t> choice_of(
        const std::vector<std::string_view>& names) const;

    Problems* problems_;
    const Node* node_;
    /// Absent, because of a problem that is told already.
    bool told_;
    Place place_;
    std::string path_;
};

/// A map of the file.
class Section {
public:
    Section(Problems& problems, const Node& node, std::string path)
        : problems_(&problems), node_(&node), path_(std::move(path)) {}

    /// The value of a key that is known here from now on.
    [[nodiscard]] Item operator[](std::string_view key);
    /// Of a map whose keys are names: all of it.
    [[nodiscard]] std::vector<std::pair<std::string, Item>> members() const;
    /// Adds a problem for each key that nobody asked for.
    void done() const;
    void complain(std::string_view text) const { problems_->add(node_->place, path_, text); }

    [[nodiscard]] const Node& node() const noexcept { return *node_; }

private:
    [[nodiscard]] std::string path_of(std::string_view key) const;

    Problems* problems_;
    const Node* node_;
    std::string path_;
    std::vector<std::string> known_;
};

}  // namespace chartcast::config
