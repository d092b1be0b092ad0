#pragma once
// Bytes to rows. Bytes come in pieces of any size and rows leave as they are complete, so that a stream
// without end costs what its longest row costs. Pure; any thread.

#include "decode/format.hpp"
#include "live/schema.hpp"
#include <socketio/value.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::decode {

enum class FaultCode : std::uint8_t {
    invalid_json,
    invalid_msgpack,
    invalid_csv,  ///< A quote that is never closed, or text behind a closing quote.
    cell_count,   ///< A CSV record with more cells than the header, or fewer.
    invalid_utf8,
    too_deep,
    line_too_long,  ///< Over DecoderLimits::line_bytes_max.
    no_header,      ///< CSV without its first line.
    not_rows,       ///< Valid, but neither a row nor a list of rows.
    truncated,      ///< The text ends in the middle.
};
[[nodiscard]] std::string_view to_string(FaultCode code) noexcept;

struct Fault {
    FaultCode code = FaultCode::not_rows;
    /// From 1: of the line that is wrong (CSV, NDJSON), or where a JSON text stops making sense.
    std::size_t line = 1;
    /// From 1, in bytes; 0 when the line as a whole is meant.
    std::size_t column = 0;
    /// A sentence for people.
    std::string detail;
};

struct DecoderLimits {
    std::size_t line_bytes_max = 256 * 1024;
    std::size_t depth_max = 64;
};

/// One stream of rows of one format.
class RowDecoder {
public:
    virtual ~RowDecoder() = default;

    /// Takes the next bytes. A fault is final.
    [[nodiscard]] virtual std::optional<Fault> feed(std::string_view bytes) = 0;
    /// Nothing more comes.
    [[nodiscard]] virtual std::optional<Fault> finish() = 0;
    /// The rows (or keys) that are complete since the last call, in order; up to `most` of them.
    [[nodiscard]] virtual socketio::Array take(std::size_t most = SIZE_MAX) = 0;
    /// How many wait in take().
    [[nodiscard]] virtual std::size_t ready() const noexcept = 0;
    /// Lines (records) up to and with the last row that take() gave.
    [[nodiscard]] virtual std::size_t lines_taken() const noexcept = 0;
};

/// JSON: one object, or a list of rows; read whole at finish(), since its bound is the body's. NDJSON: a
/// row a line, blank lines passed over. CSV (RFC 4180): the first record names fields, an unquoted empty
/// cell is null, other cells become what the schema's field says (text where there is no schema or no such
/// field); rows are objects. MessagePack: a row, a list of rows, or rows one after the other.
[[nodiscard]] std::unique_ptr<RowDecoder> make_decoder(Format format, const live::Schema* schema,
                                                       const DecoderLimits& limits = {});

/// By Content-Type ("application/x-ndjson; charset=utf-8") or file name; nothing when it is none of ours.
[[nodiscard]] std::optional<Format> format_of_content_type(std::string_view content_type) noexcept;
[[nodiscard]] std::optional<Format> format_of_name(std::string_view name) noexcept;

}  // namespace chartcast::decode
