#pragma once
// The text of a CSV cell as a value of its field's type. Pure; any thread.

#include "live/field.hpp"
#include <socketio/value.hpp>

#include <string_view>

namespace chartcast::decode {

/// Text that cannot be read as the type stays text, so that the row check names row and field. A json cell
/// that is no JSON text is a string.
[[nodiscard]] socketio::Value csv_cell(live::FieldType type, std::string_view text,
                                       std::size_t depth_max);

[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

}  // namespace chartcast::decode
