#include "config/reading/utf8.hpp"

#include <socketio/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace chartcast::config {
namespace {

std::size_t replacements_in(std::string_view text) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::size_t count = 0;
    for (auto at = text.find(replacement); at != std::string_view::npos;
         at = text.find(replacement, at + replacement.size())) {
        ++count;
    }
    return count;
}

}  // namespace

bool is_plain_utf8(std::string_view text) {
    const bool control = std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
    });
    if (control) return false;
    // The JSON writer puts U+FFFD where bytes are not UTF-8: it is the library's check.
    std::string json;
    socketio::append_json(json, socketio::Value(text));
    return replacements_in(json) == replacements_in(text);
}

}  // namespace chartcast::config
