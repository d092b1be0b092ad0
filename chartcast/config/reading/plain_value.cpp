#include "config/reading/plain_value.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

namespace chartcast::config {
namespace {

using socketio::Value;

template <class Number>
std::optional<Number> number_of(std::string_view text, auto... format) {
    Number number{};
    const auto* const end = text.data() + text.size();
    const auto [rest, ec] = std::from_chars(text.data(), end, number, format...);
    if (ec != std::errc() || rest != end) return std::nullopt;
    return number;
}

std::optional<Value> integer_of(std::string_view text) {
    if (text.starts_with("0x")) {
        if (const auto n = number_of<std::uint64_t>(text.substr(2), 16)) return Value(*n);
    }
    if (text.starts_with("0o")) {
        if (const auto n = number_of<std::uint64_t>(text.substr(2), 8)) return Value(*n);
    }
    if (const auto n = number_of<std::int64_t>(text)) return Value(*n);
    if (const auto n = number_of<std::uint64_t>(text)) return Value(*n);
    return std::nullopt;
}

/// What from_chars takes beyond YAML's numbers (inf, nan) begins with a letter. JSON has no infinities:
/// `.inf` stays a text.
std::optional<Value> float_of(std::string_view text) {
    const auto digits = text.starts_with('-') ? text.substr(1) : text;
    const bool begins = !digits.empty() && ((digits[0] >= '0' && digits[0] <= '9') ||
                                            (digits[0] == '.' && digits.size() > 1));
    if (!begins) return std::nullopt;
    const auto number = number_of<double>(text);
    if (!number || !std::isfinite(*number)) return std::nullopt;
    return Value(*number);
}

Value scalar(const Node& node) {
    std::string_view text = node.text;
    if (!node.plain) return Value(text);
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
        return nullptr;
    }
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    const bool plus = text.starts_with('+') && text.size() > 1 && text[1] != '-';
    const auto number = plus ? text.substr(1) : text;
    if (const auto value = integer_of(number)) return *value;
    if (const auto value = float_of(number)) return *value;
    return Value(text);
}

}  // namespace

Value plain_value(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null: return nullptr;
        case Node::Kind::scalar: return scalar(node);
        case Node::Kind::list: {
            socketio::Array array;
            array.reserve(node.items.size());
            for (const auto& item : node.items) array.push_back(plain_value(item));
            return array;
        }
        case Node::Kind::map: break;
    }
    socketio::Object object;
    for (const auto& member : node.members) object.append(member.key, plain_value(member.value));
    return object;
}

}  // namespace chartcast::config
