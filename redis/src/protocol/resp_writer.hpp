#pragma once
// Writes commands as RESP arrays of bulk strings, the form every Redis takes. Any thread.

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace redis {

/// Appends `*<n>\r\n$<len>\r\n<argument>\r\n...`. An argument may hold any bytes.
void append_command(std::string& out, std::span<const std::string_view> arguments);
void append_command(std::string& out, std::initializer_list<std::string_view> arguments);

}  // namespace redis
