#pragma once
// JSON text <-> Value, with the attachments of Socket.IO taken out and put back. Any thread.
// RFC 8259; numbers and escapes are written as JavaScript's JSON.stringify writes them.

#include "socketio/json.hpp"
#include "socketio/value.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::wire {

/// No text is read deeper than this, whatever the limit: the parser descends on the stack.
inline constexpr std::size_t json_depth_ceiling = 1000;

/// The JSON of applications is that of the wire.
using socketio::append_json;
using socketio::parse_json;
using socketio::to_json;

/// Appends without recursion; bytes in strings that are not UTF-8 become U+FFFD, since one of them would
/// end the connection of everybody who gets the text. A binary becomes `{"_placeholder":true,"num":N}` and
/// is appended to `attachments`, or `null` when that is nullptr. NaN and infinities become null.
void append_json(std::string& out, const Value& value, std::vector<Binary>* attachments);
void append_json_string(std::string& out, std::string_view text);

}  // namespace socketio::wire
