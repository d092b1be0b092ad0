#pragma once
// Hears yaml-cpp's events and builds the tree. The only header beside yaml_tree.cpp that knows yaml-cpp.
// Lives where a configuration is read.

#include "config/reading/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace chartcast::config {

/// Ends the reading of a file: what follows would make no sense, or would be too much.
struct YamlStop : std::runtime_error {
    YamlStop(Place where, const std::string& what) : std::runtime_error(what), place(where) {}
    Place place;
};

/// Columns of a text in characters; yaml-cpp counts bytes.
class Lines {
public:
    Lines(std::string_view text, std::uint32_t file);
    [[nodiscard]] Place place(const YAML::Mark& mark) const noexcept;

private:
    std::string_view text_;
    std::uint32_t file_;
    std::vector<std::size_t> starts_;
};

class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(const Lines& lines, const Environment& environment, Problems& problems)
        : lines_(lines), environment_(environment), problems_(problems) {}

    [[nodiscard]] Node take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { close(); }

private:
    struct Open {
        Node node;
        YAML::anchor_t anchor = 0;
        /// Of a map: the key whose value comes next, and those that were there.
        std::optional<Member> member;
        std::map<std::string, Place, std::less<>> keys;
    };

    void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor);
    void close();
    void add(Node node, YAML::anchor_t anchor);
    [[nodiscard]] bool expects_key() const noexcept;
    void add_key(Place place, const std::string& key);
    [[nodiscard]] std::string path_here() const;
    void charge(const Node& node);
    void charge(Place place, std::size_t text_bytes);

    const Lines& lines_;
    const Environment& environment_;
    Problems& problems_;
    Node root_;
    bool has_document_ = false;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Node> anchors_;
    YamlLimits limits_;
    std::size_t nodes_ = 0;
    std::size_t text_bytes_ = 0;
};

}  // namespace chartcast::config
