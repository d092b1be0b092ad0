#include "decode/csv_cell.hpp"

#include <socketio/json.hpp>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

namespace chartcast::decode {
namespace {

using socketio::Value;

template <class Number>
std::optional<Number> whole(std::string_view text) noexcept {
    Number number{};
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
}

std::optional<double> fraction(std::string_view text) noexcept {
    double number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
    if (error == std::errc()) return number;
    // Too large or too small: only the former has no negative exponent.
    const auto exponent = text.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos
                          ? text.substr(exponent + 1).starts_with('-')
                          : text.find('.') != std::string_view::npos;
    return tiny ? 0.0 : std::numeric_limits<double>::infinity();
}

/// As JSON would have it, so that the same checks apply: whole numbers stay whole.
std::optional<Value> number(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    if (const auto exact = whole<std::int64_t>(text)) return Value(*exact);
    if (const auto exact = whole<std::uint64_t>(text)) return Value(*exact);
    if (const auto rounded = fraction(text)) return Value(*rounded);
    return std::nullopt;
}

bool same_word(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((text[at] | 0x20) != lower[at]) return false;
    }
    return true;
}

/// Spreadsheets write TRUE and FALSE.
std::optional<Value> boolean(std::string_view text) {
    if (text == "1" || same_word(text, "true")) return Value(true);
    if (text == "0" || same_word(text, "false")) return Value(false);
    return std::nullopt;
}

std::optional<Value> json(std::string_view text, std::size_t depth_max) {
    auto parsed = socketio::parse_json(text, depth_max);
    if (!parsed) return std::nullopt;
    return std::move(*parsed);
}

std::optional<Value> typed(live::FieldType type, std::string_view text, std::size_t depth_max) {
    switch (type) {
        case live::FieldType::string: return std::nullopt;
        case live::FieldType::number:
        case live::FieldType::integer:
        case live::FieldType::time: return number(trimmed(text));
        case live::FieldType::boolean: return boolean(trimmed(text));
        case live::FieldType::json: return json(text, depth_max);
    }
    return std::nullopt;
}

}  // namespace

Value csv_cell(live::FieldType type, std::string_view text, std::size_t depth_max) {
    if (auto value = typed(type, text, depth_max)) return std::move(*value);
    return type == live::FieldType::time ? Value(trimmed(text)) : Value(text);
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace chartcast::decode
