#pragma once
// Which route of the application has a path. Literal paths are one look-up; patterns are a tree of segments,
// walked along the path, so that the number of routes does not matter. Made before run(); then read by
// every shard.

#include "socketio/http.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::transport {

/// Who answers one method of a path: one of the two handlers.
struct HttpRoute {
    HttpHandler handler = nullptr;
    HttpStreamHandler stream = nullptr;
    /// Of the path's parameters, in their order. Set by HttpRoutes::add().
    std::vector<std::string> names = {};
};

/// By method; "*" is any.
using HttpMethods = std::map<std::string, HttpRoute, std::less<>>;

/// Null when the path has no such method.
[[nodiscard]] const HttpRoute* route_for(const HttpMethods& methods, std::string_view method);
/// As the Allow header lists them.
[[nodiscard]] std::string allowed_methods(const HttpMethods& methods);

class HttpRoutes {
public:
    struct Match {
        /// Null when no route has the path.
        const HttpMethods* methods = nullptr;
        /// Of the parameters, in their order.
        std::vector<std::string> values = {};
    };

    HttpRoutes();
    ~HttpRoutes();

    /// Throws std::invalid_argument when `path` is no pattern.
    void add(std::string_view method, std::string_view path, HttpRoute route);
    /// Of a target without its query, not yet decoded: an encoded slash divides nothing.
    [[nodiscard]] Match find(std::string_view raw_path) const;
    /// Whether any route reads its body in pieces.
    [[nodiscard]] bool has_streams() const noexcept { return has_streams_; }

private:
    struct Node;
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    template <class Mapped>
    using ByText = std::unordered_map<std::string, Mapped, Hash, std::equal_to<>>;

    /// The methods of that path, made when it is new.
    [[nodiscard]] HttpMethods& methods_of(std::string_view path, std::vector<std::string>& names);
    [[nodiscard]] static const HttpMethods* walk(const Node& node,
                                                 std::span<const std::string> segments,
                                                 std::vector<std::string>& values);

    ByText<HttpMethods> literals_;
    std::unique_ptr<Node> patterns_;
    /// Segments of the longest pattern; no longer path is looked at.
    std::size_t segments_max_ = 0;
    bool has_streams_ = false;
};

}  // namespace socketio::transport
