#pragma once
// What a client said when it connected. Belongs to its socket; lives on the socket's shard.

#include "socketio/value.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

/// Headers or query parameters in the order they came; names of headers in lower case.
class FieldList {
public:
    void add(std::string name, std::string value) {
        fields_.emplace_back(std::move(name), std::move(value));
    }
    /// The first of that name, or nullptr.
    [[nodiscard]] const std::string* find(std::string_view name) const noexcept {
        for (const auto& [key, value] : fields_) {
            if (key == name) return &value;
        }
        return nullptr;
    }
    /// The first of that name, or an empty text.
    [[nodiscard]] std::string_view get(std::string_view name) const noexcept {
        const auto* value = find(name);
        return value ? std::string_view(*value) : std::string_view();
    }
    [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
    [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
    [[nodiscard]] auto end() const noexcept { return fields_.end(); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

struct Handshake {
    /// Of the request that opened the session.
    FieldList headers;
    FieldList query;
    std::string url;
    /// The peer's address, without its port.
    std::string address;
    bool secure = false;
    /// The request had an Origin header.
    bool cross_domain = false;
    std::chrono::system_clock::time_point issued;
    /// The payload of the CONNECT packet: an object, or null when the client sent none.
    Value auth;
};

}  // namespace socketio
