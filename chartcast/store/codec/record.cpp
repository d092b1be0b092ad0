#include "store/codec/record.hpp"

#include <utility>

namespace chartcast::store {
namespace {

using live::DatasetDefinition;
using live::DownsampleMethod;
using live::Entry;
using live::FieldType;
using live::Operation;

// The first byte of a record and the bits of the second. Written to disk: never renumbered.
constexpr std::uint8_t kind_entry = 1;
constexpr std::uint8_t kind_epoch = 2;
constexpr std::uint8_t has_if_match = 1;
constexpr std::uint8_t has_key = 2;
constexpr std::uint8_t rows_must_exist = 4;

std::uint8_t flags_of(const Entry& entry) noexcept {
    std::uint8_t flags = 0;
    if (entry.if_match) flags |= has_if_match;
    if (!entry.idempotency_key.empty()) flags |= has_key;
    if (entry.rows_must_exist) flags |= rows_must_exist;
    return flags;
}

template <class Enum>
Enum read_enum(ByteReader& reader, Enum last) {
    const auto value = reader.byte();
    if (value > static_cast<std::uint8_t>(last)) reader.fail();
    return static_cast<Enum>(reader.failed() ? 0 : value);
}

Entry read_entry(ByteReader& reader) {
    Entry entry;
    entry.operation = read_enum(reader, Operation::expire);
    const auto flags = reader.byte();
    entry.ts = reader.signed_number();
    if ((flags & has_if_match) != 0) entry.if_match = reader.position();
    if ((flags & has_key) != 0) {
        entry.idempotency_key = reader.text();
        entry.body_hash = reader.text();
    }
    entry.rows_must_exist = (flags & rows_must_exist) != 0;
    auto rows = reader.value();
    if (auto* list = rows.if_array()) {
        entry.rows = std::move(*list);
    } else {
        reader.fail();
    }
    return entry;
}

void write_texts(ByteWriter& writer, const std::vector<std::string>& texts) {
    writer.number(texts.size());
    for (const auto& text : texts) writer.text(text);
}

}  // namespace

std::string encode_entry(const live::Position& position, const Entry& entry) {
    ByteWriter writer;
    writer.byte(kind_entry);
    writer.position(position);
    writer.byte(static_cast<std::uint8_t>(entry.operation));
    writer.byte(flags_of(entry));
    writer.signed_number(entry.ts);
    if (entry.if_match) writer.position(*entry.if_match);
    if (!entry.idempotency_key.empty()) {
        writer.text(entry.idempotency_key);
        writer.text(entry.body_hash);
    }
    writer.array(entry.rows);
    return writer.seal();
}

std::string encode_epoch(const live::Position& position) {
    ByteWriter writer;
    writer.byte(kind_epoch);
    writer.position(position);
    return writer.seal();
}

std::optional<LogRecord> decode_record(ByteReader reader) {
    LogRecord record;
    const auto kind = reader.byte();
    record.position = reader.position();
    if (kind == kind_entry) {
        record.entry = read_entry(reader);
    } else if (kind != kind_epoch) {
        reader.fail();
    }
    if (!reader.finished()) return std::nullopt;
    return record;
}

std::string encode_schema(const live::Schema& schema) {
    const auto& definition = schema.definition();
    ByteWriter writer;
    writer.number(definition.fields.size());
    for (const auto& field : definition.fields) {
        writer.text(field.name);
        writer.byte(static_cast<std::uint8_t>(field.type));
    }
    write_texts(writer, definition.key);
    writer.number(definition.window.rows);
    writer.signed_number(definition.window.age.count());
    writer.text(definition.window.time_field);
    writer.text(definition.row_access);
    writer.number(definition.rows_max);
    writer.byte(definition.downsample ? 1 : 0);
    if (const auto& downsample = definition.downsample) {
        writer.number(downsample->points);
        writer.byte(static_cast<std::uint8_t>(downsample->method));
        writer.text(downsample->x);
        writer.text(downsample->y);
    }
    return writer.seal();
}

std::optional<live::Schema> decode_schema(ByteReader reader) {
    DatasetDefinition definition;
    for (auto left = reader.count(); left > 0 && !reader.failed(); --left) {
        live::Field field{reader.text(), FieldType::string};
        field.type = read_enum(reader, FieldType::json);
        definition.fields.push_back(std::move(field));
    }
    for (auto left = reader.count(); left > 0 && !reader.failed(); --left) {
        definition.key.push_back(reader.text());
    }
    definition.window.rows = reader.number();
    definition.window.age = std::chrono::milliseconds(reader.signed_number());
    definition.window.time_field = reader.text();
    definition.row_access = reader.text();
    definition.rows_max = reader.number();
    if (reader.byte() == 1) {
        live::Downsample downsample;
        downsample.points = reader.number();
        downsample.method = read_enum(reader, DownsampleMethod::min_max);
        downsample.x = reader.text();
        downsample.y = reader.text();
        definition.downsample = std::move(downsample);
    }
    if (!reader.finished()) return std::nullopt;
    auto schema = live::Schema::make(std::move(definition));
    if (!schema) return std::nullopt;
    return *std::move(schema);
}

std::string encode_document(const live::Position& position, const socketio::Value& value) {
    ByteWriter writer;
    writer.position(position);
    writer.value(value);
    return writer.seal();
}

std::optional<DocumentRecord> decode_document(ByteReader reader) {
    DocumentRecord record;
    record.position = reader.position();
    record.value = reader.value();
    if (!reader.finished()) return std::nullopt;
    return record;
}

}  // namespace chartcast::store
