#pragma once
// A text through a decoder, at once or in pieces.

#include "decode/row_decoder.hpp"
#include <socketio/json.hpp>

#include <algorithm>
#include <ostream>
#include <string>

namespace chartcast::decode {

inline void PrintTo(const Fault& fault, std::ostream* out) {
    *out << to_string(fault.code) << " in " << fault.line << ':' << fault.column << ": "
         << fault.detail;
}

struct Decoded {
    /// As JSON.
    std::string rows;
    std::size_t lines = 0;
    std::optional<Fault> fault;

    /// "rows", or "rows code line:column".
    [[nodiscard]] std::string text() const {
        if (!fault) return rows;
        return rows + ' ' + std::string(to_string(fault->code)) + ' ' +
               std::to_string(fault->line) + ':' + std::to_string(fault->column);
    }
};

inline Decoded decode(Format format, std::string_view text, const live::Schema* schema = nullptr,
                      const DecoderLimits& limits = {}, std::size_t piece = SIZE_MAX) {
    const auto decoder = make_decoder(format, schema, limits);
    Decoded decoded;
    while (!text.empty() && !decoded.fault) {
        decoded.fault = decoder->feed(text.substr(0, piece));
        text.remove_prefix(std::min(piece, text.size()));
    }
    if (!decoded.fault) decoded.fault = decoder->finish();
    decoded.rows = socketio::to_json(decoder->take());
    decoded.lines = decoder->lines_taken();
    return decoded;
}

}  // namespace chartcast::decode
