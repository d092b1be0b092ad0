#include "config/reading/merge.hpp"

#include <array>
#include <string>
#include <utility>

namespace chartcast::config {
namespace {

/// Maps that files add to; everything else belongs to one file.
constexpr std::array sections = {"server",   "store",  "cluster", "auth",      "connections",
                                 "datasets", "charts", "notify",  "dashboards"};

bool is_section(const std::string& path) {
    for (const std::string_view section : sections) {
        if (path == section) return true;
    }
    return path.empty();
}

bool is_shared_list(const std::string& path) {
    return path == "alerts" || path == "auth.api_keys";
}

class Merge {
public:
    explicit Merge(Problems& problems) : problems_(problems) {}

    void into(Node& target, Node source, const std::string& path) {
        for (auto& member : source.members) {
            auto* earlier = find(target, member.key);
            if (!earlier) {
                target.members.push_back(std::move(member));
                continue;
            }
            const auto below = path.empty() ? member.key : path + "." + member.key;
            both(*earlier, std::move(member), below);
        }
    }

private:
    static Member* find(Node& map, const std::string& key) {
        for (auto& member : map.members) {
            if (member.key == key) return &member;
        }
        return nullptr;
    }

    void both(Member& earlier, Member later, const std::string& path) {
        using Kind = Node::Kind;
        if (path == "version" || later.value.kind == Kind::null) return;
        if (earlier.value.kind == Kind::null) {
            earlier = std::move(later);
        } else if (is_section(path) && earlier.value.kind == Kind::map &&
                   later.value.kind == Kind::map) {
            into(earlier.value, std::move(later.value), path);
        } else if (is_shared_list(path) && earlier.value.kind == Kind::list &&
                   later.value.kind == Kind::list) {
            for (auto& item : later.value.items) {
                earlier.value.items.push_back(std::move(item));
            }
        } else {
            problems_.add(later.place, path,
                          "is defined twice; it is already at " + problems_.where(earlier.place));
        }
    }

    Problems& problems_;
};

}  // namespace

Node merge_documents(std::vector<Node> documents, Problems& problems) {
    Node merged;
    merged.kind = Node::Kind::map;
    Merge merge(problems);
    for (auto& document : documents) {
        if (merged.members.empty()) {
            merged = std::move(document);
        } else {
            merge.into(merged, std::move(document), "");
        }
    }
    return merged;
}

}  // namespace chartcast::config
