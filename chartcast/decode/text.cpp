#include "decode/text.hpp"

#include <socketio/json.hpp>

#include <boost/json/stream_parser.hpp>
#include <boost/locale/utf.hpp>

#include <algorithm>

namespace chartcast::decode {
namespace {

Fault fault_at(FaultCode code, std::string_view text, std::size_t place, std::string detail) {
    const auto before = text.substr(0, place);
    const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const auto newline = before.rfind('\n');
    const auto column = newline == std::string_view::npos ? place : place - newline - 1;
    return {code, lines + 1, column + 1, std::move(detail)};
}

/// Read once more by a parser that says how far it came. REQUIRES: parse_json() refused the text.
Fault explain(std::string_view text, std::size_t depth_max) {
    const auto valid = valid_utf8_bytes(text);
    if (valid < text.size()) {
        return fault_at(FaultCode::invalid_utf8, text, valid, "The text is not UTF-8.");
    }
    boost::json::parse_options options;
    options.max_depth = depth_max;
    boost::json::stream_parser parser({}, options);
    boost::system::error_code error;
    const auto read = parser.write_some(text.data(), text.size(), error);
    if (!error && read == text.size() && !parser.done()) parser.finish(error);
    if (error == boost::json::error::incomplete) {
        return fault_at(FaultCode::truncated, text, text.size(),
                        "The JSON text ends in the middle.");
    }
    const auto* detail = read < text.size() && !error ? "Something stands behind the JSON text."
                                                      : "This is no JSON.";
    return fault_at(FaultCode::invalid_json, text, read, detail);
}

}  // namespace

std::size_t valid_utf8_bytes(std::string_view text) noexcept {
    using Utf8 = boost::locale::utf::utf_traits<char>;
    const auto* at = text.data();
    const auto* const end = at + text.size();
    while (at != end) {
        const auto* const start = at;
        const auto point = Utf8::decode(at, end);
        if (!boost::locale::utf::is_valid_codepoint(point)) {
            return static_cast<std::size_t>(start - text.data());
        }
    }
    return text.size();
}

boost::system::result<socketio::Value, Fault> parse_text(std::string_view text,
                                                         std::size_t depth_max) {
    auto parsed = socketio::parse_json(text, depth_max);
    if (parsed) return std::move(*parsed);
    if (parsed.error() == socketio::errc::too_deep) {
        return Fault{FaultCode::too_deep, 1, 0,
                     "Nested deeper than " + std::to_string(depth_max) + " levels."};
    }
    return explain(text, depth_max);
}

}  // namespace chartcast::decode
