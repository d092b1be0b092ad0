#pragma once
// What one row of the store's tables holds, and how it is read again when somebody may have damaged it. Pure;
// any thread. docs/store.md has the format.

#include "live/entry.hpp"
#include "live/position.hpp"
#include "live/schema.hpp"
#include "store/codec/bytes.hpp"
#include <socketio/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace chartcast::store {

/// One step of a dataset's log.
struct LogRecord {
    /// Where the dataset is after it.
    live::Position position;
    /// Nothing when the dataset only got another epoch here.
    std::optional<live::Entry> entry;
};

[[nodiscard]] std::string encode_entry(const live::Position& position, const live::Entry& entry);
[[nodiscard]] std::string encode_epoch(const live::Position& position);
/// Nothing when the record is damaged.
[[nodiscard]] std::optional<LogRecord> decode_record(ByteReader reader);

[[nodiscard]] std::string encode_schema(const live::Schema& schema);
[[nodiscard]] std::optional<live::Schema> decode_schema(ByteReader reader);

struct DocumentRecord {
    live::Position position;
    socketio::Value value;
};
[[nodiscard]] std::string encode_document(const live::Position& position,
                                          const socketio::Value& value);
[[nodiscard]] std::optional<DocumentRecord> decode_document(ByteReader reader);

}  // namespace chartcast::store
