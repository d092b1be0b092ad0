#include "api/row_key.hpp"

#include "decode/csv_cell.hpp"
#include "decode/text.hpp"
#include "live/cell.hpp"

#include <charconv>

namespace chartcast::api {
namespace {

Problem invalid_key(std::string detail) {
    return {400, "invalid_key", std::move(detail)};
}

std::string names_of(const live::Schema& schema) {
    std::string names;
    for (const auto dim : schema.key()) {
        if (!names.empty()) names += ',';
        names += schema.fields()[dim].name;
    }
    return names;
}

}  // namespace

std::string_view last_segment(std::string_view target) noexcept {
    target = target.substr(0, target.find('?'));
    return target.substr(target.rfind('/') + 1);
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        unsigned byte = 0;
        const auto hex = text.substr(at + 1, 2);
        const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), byte, 16);
        if (hex.size() != 2 || error != std::errc() || end != hex.data() + 2) return std::nullopt;
        decoded += static_cast<char>(byte);
        at += 2;
    }
    return decoded;
}

Checked<socketio::Array> key_of(const live::Schema& schema, std::string_view segment) {
    if (!schema.keyed()) {
        return Problem{409, "keyless", "The dataset has no key, so that no row can be named."};
    }
    socketio::Array cells;
    for (const auto dim : schema.key()) {
        const auto comma = segment.find(',');
        const bool last = cells.size() + 1 == schema.key().size();
        if (last != (comma == std::string_view::npos)) {
            return invalid_key("The key is " + names_of(schema) +
                               ": its cells, percent-encoded, joined by commas.");
        }
        const auto text = percent_decoded(segment.substr(0, comma));
        if (!text || !decode::is_utf8(*text)) {
            return invalid_key("The key is not percent-encoded UTF-8.");
        }
        const auto type = schema.fields()[dim].type;
        auto cell = live::check_cell(type, decode::csv_cell(type, *text, live::cell_depth_max));
        if (!cell) {
            return invalid_key('"' + schema.fields()[dim].name + "\" has another type.");
        }
        cells.push_back(std::move(*cell));
        segment.remove_prefix(last ? segment.size() : comma + 1);
    }
    return cells;
}

}  // namespace chartcast::api
