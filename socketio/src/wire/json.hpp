#pragma once
// JSON text <-> Value, with the attachments of Socket.IO taken out and put back. Any thread.
// RFC 8259; numbers and escapes are written as JavaScript's JSON.stringify writes them.

#include "socketio/error.hpp"
#include "socketio/value.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::wire {

/// No text is read deeper than this, whatever the limit: the parser descends on the stack.
inline constexpr std::size_t json_depth_ceiling = 1000;

/// errc::invalid_json, or errc::too_deep. A key that stands twice counts with its last value, at the
/// place of its first. The text must be UTF-8; half of a surrogate pair in an escape is read as U+FFFD.
/// Integers are kept exactly up to 64 bits; larger ones become the nearest double, or an infinity.
[[nodiscard]] Result<Value> parse_json(std::string_view text, std::size_t depth_max);

/// Appends without recursion; bytes in strings that are not UTF-8 become U+FFFD, since one of them would
/// end the connection of everybody who gets the text. A binary becomes `{"_placeholder":true,"num":N}` and is appended to
/// `attachments`, or `null` when `attachments` is nullptr. NaN and infinities become null.
void append_json(std::string& out, const Value& value, std::vector<Binary>* attachments = nullptr);
void append_json_string(std::string& out, std::string_view text);
[[nodiscard]] std::string to_json(const Value& value);

}  // namespace socketio::wire
