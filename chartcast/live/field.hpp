#pragma once
// What a cell of a dataset may hold. Any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::live {

enum class FieldType : std::uint8_t {
    string,
    /// A finite double. Whole numbers are held to the range of `integer`.
    number,
    /// Within +-(2^53-1), so that JavaScript keeps it exactly.
    integer,
    boolean,
    /// Milliseconds since 1970; comes in as that number or as ISO 8601 text.
    time,
    /// Any JSON value.
    json,
};

struct Field {
    std::string name;
    FieldType type = FieldType::string;

    friend bool operator==(const Field&, const Field&) = default;
};

/// As the configuration spells it.
[[nodiscard]] std::string_view to_string(FieldType type) noexcept;
[[nodiscard]] std::optional<FieldType> field_type_of(std::string_view name) noexcept;

}  // namespace chartcast::live
