// See resp_writer.hpp.
#include "protocol/resp_writer.hpp"

#include <charconv>

namespace redis {
namespace {

void append_header(std::string& out, char type, std::size_t number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out += type;
    out.append(digits, end);
    out += "\r\n";
}

}  // namespace

void append_command(std::string& out, std::span<const std::string_view> arguments) {
    append_header(out, '*', arguments.size());
    for (const std::string_view argument : arguments) {
        append_header(out, '$', argument.size());
        out += argument;
        out += "\r\n";
    }
}

void append_command(std::string& out, std::initializer_list<std::string_view> arguments) {
    append_command(out, std::span(arguments.begin(), arguments.size()));
}

}  // namespace redis
