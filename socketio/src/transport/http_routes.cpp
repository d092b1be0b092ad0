#include "transport/http_routes.hpp"

#include "wire/handshake_query.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace socketio::transport {

/// A place in a path: what may follow, and who answers when nothing does.
struct HttpRoutes::Node {
    /// A segment with a parameter, between two literal texts.
    struct Parameter {
        std::string before;
        std::string after;
        std::unique_ptr<Node> next;

        [[nodiscard]] std::size_t literal_bytes() const noexcept {
            return before.size() + after.size();
        }
        [[nodiscard]] bool matches(std::string_view segment) const noexcept {
            return segment.size() > literal_bytes() && segment.starts_with(before) &&
                   segment.ends_with(after);
        }
        [[nodiscard]] std::string value_of(std::string_view segment) const {
            return std::string(segment.substr(before.size(), segment.size() - literal_bytes()));
        }
    };

    ByText<std::unique_ptr<Node>> literals;
    /// The one with the most literal text first.
    std::vector<Parameter> parameters;
    HttpMethods methods;
};

namespace {

/// A segment of a pattern.
struct Segment {
    std::string_view before;
    /// None: the whole segment is `before`.
    std::optional<std::string_view> name;
    std::string_view after;
};

[[noreturn]] void refuse(std::string_view path, std::string_view why) {
    throw std::invalid_argument("the route \"" + std::string(path) +
                                "\" is no path: " + std::string(why));
}

Segment read_segment(std::string_view text, std::string_view path) {
    const auto open = text.find('{');
    if (open == std::string_view::npos) {
        if (text.find('}') != std::string_view::npos) refuse(path, "a '}' without its '{'");
        return {text, std::nullopt, {}};
    }
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) refuse(path, "a '{' without its '}' in one segment");
    const auto name = text.substr(open + 1, close - open - 1);
    const auto after = text.substr(close + 1);
    if (name.empty()) refuse(path, "a parameter has no name");
    if (name.find('{') != std::string_view::npos ||
        after.find_first_of("{}") != std::string_view::npos) {
        refuse(path, "a segment has one parameter at most");
    }
    return {text.substr(0, open), name, after};
}

/// What stands between the slashes, from the first slash on.
std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    path.remove_prefix(1);
    for (;;) {
        const auto slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

bool has_encoded_slash(std::string_view path) noexcept {
    for (auto at = path.find("%2"); at != std::string_view::npos; at = path.find("%2", at + 2)) {
        if (at + 2 < path.size() && (path[at + 2] | 0x20) == 'f') return true;
    }
    return false;
}

}  // namespace

const HttpRoute* route_for(const HttpMethods& methods, std::string_view method) {
    auto found = methods.find(method);
    if (found == methods.end() && method == "HEAD") found = methods.find("GET");
    if (found == methods.end()) found = methods.find("*");
    return found == methods.end() ? nullptr : &found->second;
}

std::string allowed_methods(const HttpMethods& methods) {
    std::string allowed;
    const auto add = [&](std::string_view name) {
        if (!allowed.empty()) allowed += ", ";
        allowed += name;
    };
    for (const auto& [name, unused] : methods) {
        add(name);
        if (name == "GET" && !methods.contains("HEAD")) add("HEAD");
    }
    return allowed;
}

HttpRoutes::HttpRoutes() : patterns_(std::make_unique<Node>()) {}

HttpRoutes::~HttpRoutes() = default;

void HttpRoutes::add(std::string_view method, std::string_view path, HttpRoute route) {
    auto& methods = methods_of(path, route.names);
    if (route.stream) has_streams_ = true;
    methods.insert_or_assign(std::string(method), std::move(route));
}

HttpMethods& HttpRoutes::methods_of(std::string_view path, std::vector<std::string>& names) {
    if (path.find_first_of("{}") == std::string_view::npos) return literals_[std::string(path)];
    if (!path.starts_with('/')) refuse(path, "it does not begin with '/'");
    auto* node = patterns_.get();
    const auto segments = split(path);
    for (const auto text : segments) {
        const auto segment = read_segment(text, path);
        if (!segment.name) {
            auto& next = node->literals[std::string(text)];
            if (!next) next = std::make_unique<Node>();
            node = next.get();
            continue;
        }
        if (std::find(names.begin(), names.end(), *segment.name) != names.end()) {
            refuse(path, "two parameters have one name");
        }
        names.emplace_back(*segment.name);
        auto& parameters = node->parameters;
        auto same = std::find_if(parameters.begin(), parameters.end(), [&](const auto& one) {
            return one.before == segment.before && one.after == segment.after;
        });
        if (same == parameters.end()) {
            Node::Parameter fresh{std::string(segment.before), std::string(segment.after),
                                  std::make_unique<Node>()};
            const auto place = std::find_if(
                parameters.begin(), parameters.end(),
                [&](const auto& one) { return one.literal_bytes() < fresh.literal_bytes(); });
            same = parameters.insert(place, std::move(fresh));
        }
        node = same->next.get();
    }
    segments_max_ = std::max(segments_max_, segments.size());
    return node->methods;
}

HttpRoutes::Match HttpRoutes::find(std::string_view raw_path) const {
    if (!has_encoded_slash(raw_path)) {
        const bool encoded = raw_path.find('%') != std::string_view::npos;
        const auto literal = encoded ? literals_.find(wire::percent_decode(raw_path, false))
                                     : literals_.find(raw_path);
        if (literal != literals_.end()) return {&literal->second, {}};
    }
    if (segments_max_ == 0 || !raw_path.starts_with('/')) return {};
    const auto slashes = std::count(raw_path.begin(), raw_path.end(), '/');
    if (static_cast<std::size_t>(slashes) > segments_max_) return {};
    std::vector<std::string> segments;
    for (const auto text : split(raw_path)) segments.push_back(wire::percent_decode(text, false));
    Match match;
    match.methods = walk(*patterns_, segments, match.values);
    return match;
}

const HttpMethods* HttpRoutes::walk(const Node& node, std::span<const std::string> segments,
                                    std::vector<std::string>& values) {
    if (segments.empty()) return node.methods.empty() ? nullptr : &node.methods;
    const auto& segment = segments.front();
    const auto rest = segments.subspan(1);
    if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
        if (const auto* found = walk(*literal->second, rest, values)) return found;
    }
    for (const auto& parameter : node.parameters) {
        if (!parameter.matches(segment)) continue;
        values.push_back(parameter.value_of(segment));
        if (const auto* found = walk(*parameter.next, rest, values)) return found;
        values.pop_back();
    }
    return nullptr;
}

}  // namespace socketio::transport
