#pragma once
// JSON text and values, for applications that take or give JSON beside events. Any thread. RFC 8259.

#include "socketio/error.hpp"
#include "socketio/value.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace socketio {

/// errc::invalid_json, or errc::too_deep. A key that stands twice counts with its last value, at the place
/// of its first. The text must be UTF-8; half of a surrogate pair in an escape is read as U+FFFD. Integers
/// are kept exactly up to 64 bits; larger ones become the nearest double, or an infinity.
[[nodiscard]] Result<Value> parse_json(std::string_view text, std::size_t depth_max = 128);

/// As JavaScript's JSON.stringify writes it; a binary, NaN and infinities become null, bytes that are not
/// UTF-8 become U+FFFD.
[[nodiscard]] std::string to_json(const Value& value);
/// The same, appended.
void append_json(std::string& out, const Value& value);

}  // namespace socketio
