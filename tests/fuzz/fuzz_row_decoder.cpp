// Rows from anybody: the first byte names the format and whether there is a schema, the second cuts the rest
// into pieces. Fed in pieces or at once, the same rows leave and the same fault is found; a row costs no more
// than its bytes allow.

#include "base/assert.hpp"
#include "decode/row_decoder.hpp"
#include <socketio/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace {

using namespace chartcast::decode;
using chartcast::live::FieldType;
using chartcast::live::Schema;

Schema make_schema() {
    chartcast::live::DatasetDefinition definition;
    definition.fields = {{"a", FieldType::string},  {"n", FieldType::number},
                         {"i", FieldType::integer}, {"b", FieldType::boolean},
                         {"t", FieldType::time},    {"j", FieldType::json}};
    return *Schema::make(std::move(definition));
}

constexpr DecoderLimits limits{.line_bytes_max = 200, .depth_max = 8};

struct Found {
    socketio::Array rows;
    std::size_t lines = 0;
    std::optional<Fault> fault;
};

Found run(Format format, const Schema* schema, std::string_view text, std::size_t piece) {
    const auto decoder = make_decoder(format, schema, limits);
    Found found;
    const auto take = [&](std::size_t most) {
        for (auto& row : decoder->take(most)) found.rows.push_back(std::move(row));
    };
    // Pieces of growing length, so that every place is a border sooner or later.
    for (std::size_t length = piece; !text.empty() && !found.fault; length += piece % 3) {
        found.fault = decoder->feed(text.substr(0, length));
        text.remove_prefix(std::min(length, text.size()));
        take(1);
    }
    const auto finished = decoder->finish();
    SOCKETIO_ASSERT(!found.fault || finished);
    found.fault = finished;
    take(decoder->ready());
    SOCKETIO_ASSERT(decoder->ready() == 0);
    found.lines = decoder->lines_taken();
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Schema schema = make_schema();
    if (size < 2) return 0;
    const auto format = static_cast<Format>(data[0] & 3);
    const auto* known = (data[0] & 4) != 0 ? &schema : nullptr;
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto whole = run(format, known, text, text.size() + 1);
    const auto pieces = run(format, known, text, 1U + data[1]);
    // As text: NaN equals nothing.
    SOCKETIO_ASSERT(socketio::to_json(whole.rows) == socketio::to_json(pieces.rows));
    SOCKETIO_ASSERT(whole.lines == pieces.lines);
    SOCKETIO_ASSERT(whole.fault.has_value() == pieces.fault.has_value());
    if (whole.fault) {
        SOCKETIO_ASSERT(whole.fault->code == pieces.fault->code);
        SOCKETIO_ASSERT(whole.fault->line == pieces.fault->line);
        SOCKETIO_ASSERT(whole.fault->column == pieces.fault->column);
    }
    return 0;
}
