// Query strings, and what an Engine.IO request says in its own. Any thread. Engine.IO protocol v4,
// "HTTP requests"; the rules for odd values are Node's.

#include "wire/handshake_query.hpp"

#include <algorithm>

namespace socketio::wire {

namespace {

/// Of one hexadecimal digit; 16 for any other character.
[[nodiscard]] unsigned hex_value(char character) noexcept {
    if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0');
    const char lower = static_cast<char>(character | 0x20);
    return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : 16;
}

[[nodiscard]] TransportName to_transport(std::string_view name) noexcept {
    if (name == "polling") return TransportName::polling;
    if (name == "websocket") return TransportName::websocket;
    return TransportName::other;
}

}  // namespace

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char character = text[at];
        if (character == '%' && at + 2 < text.size()) {
            const auto high = hex_value(text[at + 1]);
            const auto low = hex_value(text[at + 2]);
            if (high < 16 && low < 16) {
                out += static_cast<char>(high << 4 | low);
                at += 2;
                continue;
            }
        }
        out += character == '+' && plus_is_space ? ' ' : character;
    }
    return out;
}

FieldList parse_query_string(std::string_view query, std::size_t fields_max) {
    FieldList fields;
    for (std::size_t count = 0; count < fields_max && !query.empty();) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        const auto value = pair.substr(std::min(equals + 1, pair.size()));
        fields.add(percent_decode(pair.substr(0, equals), true), percent_decode(value, true));
        ++count;
    }
    return fields;
}

EngineQuery read_engine_query(const FieldList& query) {
    EngineQuery read;
    // Of a parameter that stands there twice the last one counts, as in Node.
    for (const auto& [name, value] : query) {
        if (name == "EIO") {
            read.protocol = value == "4" ? EngineProtocol::v4 : EngineProtocol::v3;
        } else if (name == "transport") {
            read.transport_text = value;
        } else if (name == "sid") {
            read.sid = value;
        } else if (name == "b64") {
            // To Node any text but the empty one is true.
            read.base64_only = !value.empty();
        } else if (name == "j") {
            read.jsonp = true;
        }
    }
    read.transport = to_transport(read.transport_text);
    return read;
}

}  // namespace socketio::wire
