#pragma once
// The key of a row as a segment of a path: its cells, percent-encoded and joined by commas. Pure; any thread.

#include "api/problem.hpp"
#include "live/schema.hpp"
#include <socketio/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace chartcast::api {

/// Of a request target, as it was sent: decoded, a comma of a cell would look like one between cells.
[[nodiscard]] std::string_view last_segment(std::string_view target) noexcept;
/// Nothing when a % is not followed by two hex digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

/// The cells, in the key's order, each as its field's type.
[[nodiscard]] Checked<socketio::Array> key_of(const live::Schema& schema, std::string_view segment);

}  // namespace chartcast::api
