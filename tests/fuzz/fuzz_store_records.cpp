// Any bytes as records of the store, without their checksums: a damaged file must be found, never crash. What
// is read at all is written and read again the same.

#include "base/assert.hpp"
#include "live/apply.hpp"
#include "live/dataset_state.hpp"
#include "store/codec/image.hpp"
#include "store/codec/record.hpp"

#include <cstdint>
#include <string_view>

namespace {

using namespace chartcast::live;
using namespace chartcast::store;

Schema make_schema() {
    DatasetDefinition definition;
    definition.fields = {{"id", FieldType::string}, {"n", FieldType::number},
                         {"i", FieldType::integer}, {"b", FieldType::boolean},
                         {"t", FieldType::time},    {"j", FieldType::json}};
    definition.key = {"id"};
    definition.window = {5, std::chrono::milliseconds(10), "t"};
    return *Schema::make(std::move(definition));
}

void record(std::string_view bytes) {
    const auto read = decode_record(ByteReader::unchecked(bytes));
    if (!read) return;
    const auto encode = [](const LogRecord& from) {
        return from.entry ? encode_entry(from.position, *from.entry) : encode_epoch(from.position);
    };
    const auto written = encode(*read);
    const auto again = decode_record(ByteReader(written));
    SOCKETIO_ASSERT(again && encode(*again) == written);
    if (!read->entry) return;
    DatasetState state(make_schema(), "e");
    static_cast<void>(apply(state, *read->entry));
}

void schema(std::string_view bytes) {
    const auto read = decode_schema(ByteReader::unchecked(bytes));
    if (!read) return;
    const auto written = encode_schema(*read);
    const auto again = decode_schema(ByteReader(written));
    SOCKETIO_ASSERT(again && encode_schema(*again) == written);
}

void document(std::string_view bytes) {
    const auto read = decode_document(ByteReader::unchecked(bytes));
    if (!read) return;
    const auto written = encode_document(read->position, read->value);
    SOCKETIO_ASSERT(decode_document(ByteReader(written)));
}

/// Records of an image, each with its length in two bytes before it.
void image(std::string_view bytes) {
    const auto schema = make_schema();
    ImageReader reader(schema);
    while (bytes.size() > 2) {
        const auto low = static_cast<std::uint8_t>(bytes[0]);
        const auto high = static_cast<std::uint8_t>(bytes[1]);
        const auto part = bytes.substr(2, low + std::size_t{256} * high);
        bytes.remove_prefix(2 + part.size());
        if (!reader.add(ByteReader::unchecked(part))) return;
    }
    const auto read = reader.finish();
    if (!read) return;
    const DatasetState state(schema, *read);
    const auto again = state.image();
    SOCKETIO_ASSERT(again.rows.size() == read->rows.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 4) {
        case 0: record(bytes); break;
        case 1: schema(bytes); break;
        case 2: document(bytes); break;
        default: image(bytes); break;
    }
    return 0;
}
