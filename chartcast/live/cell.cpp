#include "live/cell.hpp"

#include "live/iso_time.hpp"

#include <cmath>
#include <optional>

namespace chartcast::live {
namespace {

using socketio::Value;
using enum RowErrorCode;

constexpr bool in_range(std::int64_t number) noexcept {
    return number >= -integer_max && number <= integer_max;
}

CellResult check_number(const Value& value) {
    if (const auto* integer = value.if_int64()) {
        if (!in_range(*integer)) return integer_range;
        return Value(static_cast<double>(*integer));
    }
    if (value.if_uint64()) return integer_range;
    const auto* number = value.if_double();
    if (!number) return wrong_type;
    if (!std::isfinite(*number)) return not_finite;
    // JSON has -0, JSON.stringify has not.
    return Value(*number == 0 ? 0.0 : *number);
}

CellResult check_integer(const Value& value) {
    if (const auto* integer = value.if_int64()) {
        if (!in_range(*integer)) return integer_range;
        return value;
    }
    if (value.if_uint64()) return integer_range;
    const auto* number = value.if_double();
    if (!number) return wrong_type;
    if (!std::isfinite(*number)) return not_finite;
    if (std::trunc(*number) != *number) return wrong_type;
    if (std::fabs(*number) > static_cast<double>(integer_max)) return integer_range;
    return Value(static_cast<std::int64_t>(*number));
}

CellResult check_time(const Value& value) {
    std::optional<std::int64_t> milliseconds;
    if (const auto* text = value.if_string()) {
        milliseconds = parse_iso_time(*text);
        if (!milliseconds) return invalid_time;
    } else {
        // Clocks give fractions of a millisecond; Date cuts them off.
        const auto* number = value.if_double();
        const auto whole = check_integer(number ? Value(std::trunc(*number)) : value);
        if (!whole) return whole.error();
        milliseconds = *whole->if_int64();
    }
    if (std::abs(*milliseconds) > time_milliseconds_max) return invalid_time;
    return Value(*milliseconds);
}

std::optional<RowErrorCode> fault_of_json(const Value& value, int depth) {
    if (depth > cell_depth_max) return too_deep;
    if (value.is_number()) {
        const auto checked = check_number(value);
        return checked ? std::nullopt : std::optional(checked.error());
    }
    if (value.if_binary()) return wrong_type;
    if (const auto* array = value.if_array()) {
        for (const auto& item : *array) {
            if (auto fault = fault_of_json(item, depth + 1)) return fault;
        }
    } else if (const auto* object = value.if_object()) {
        for (const auto& [key, item] : *object) {
            if (auto fault = fault_of_json(item, depth + 1)) return fault;
        }
    }
    return std::nullopt;
}

}  // namespace

CellResult check_cell(FieldType type, const Value& value) {
    if (value.is_null()) return value;
    switch (type) {
        case FieldType::string:
            if (value.if_string()) return value;
            return wrong_type;
        case FieldType::boolean:
            if (value.if_bool()) return value;
            return wrong_type;
        case FieldType::number: return check_number(value);
        case FieldType::integer: return check_integer(value);
        case FieldType::time: return check_time(value);
        case FieldType::json:
            if (const auto fault = fault_of_json(value, 1)) return *fault;
            return value;
    }
    return wrong_type;
}

}  // namespace chartcast::live
