#include "store/log_writer.hpp"

#include "store/codec/image.hpp"
#include "store/codec/record.hpp"

namespace chartcast::store {

LogWriter::LogWriter(Connection& connection)
    : dataset_(connection, "INSERT OR IGNORE INTO datasets (id, name) VALUES (?, ?)"),
      schema_(connection, "INSERT OR IGNORE INTO schemas (data) VALUES (?)"),
      find_schema_(connection, "SELECT id FROM schemas WHERE data = ?"),
      entry_(connection, "INSERT INTO entries (dataset, n, ts, data) VALUES (?, ?, ?, ?)"),
      snapshot_(connection,
                "INSERT OR REPLACE INTO snapshots (dataset, n, v, ts, schema, parts, weight) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)"),
      forget_parts_(connection, "DELETE FROM snapshot_parts WHERE dataset = ? AND n = ?"),
      part_(connection, "INSERT INTO snapshot_parts (dataset, n, part, data) VALUES (?, ?, ?, ?)"),
      document_(connection,
                "INSERT OR REPLACE INTO documents (kind, id, n, ts, data) VALUES (?, ?, ?, ?, ?)") {
}

std::int64_t LogWriter::schema_id(const live::Schema& schema) {
    const auto data = encode_schema(schema);
    schema_.bind(std::string_view(data)).run();
    find_schema_.bind(std::string_view(data));
    if (!find_schema_.step()) return 0;
    const auto id = find_schema_.number(0);
    find_schema_.reset();
    return id;
}

std::uint64_t LogWriter::snapshot(const SnapshotWrite& write) {
    dataset_.bind(write.dataset, std::string_view(write.name)).run();
    forget_parts_.bind(write.dataset, write.n).run();
    std::int64_t parts = 0;
    std::uint64_t weight = 0;
    encode_image(write.image, [&](const std::string& part) {
        part_.bind(write.dataset, write.n, parts++, std::string_view(part)).run();
        weight += part.size();
    });
    snapshot_
        .bind(write.dataset, write.n, write.image.position.v, write.ts, schema_id(*write.schema),
              parts, weight)
        .run();
    return weight;
}

std::uint64_t LogWriter::entry(const EntryWrite& write) {
    const auto data = encode_entry(write.position, write.entry);
    entry_.bind(write.dataset, write.n, write.ts, std::string_view(data)).run();
    return data.size();
}

std::uint64_t LogWriter::document(const DocumentWrite& write) {
    const auto& document = write.document;
    const auto data = encode_document(document.position, document.value);
    document_
        .bind(static_cast<std::int64_t>(document.kind), std::string_view(document.id), write.n,
              document.ts, std::string_view(data))
        .run();
    return data.size();
}

void LogWriter::epoch(std::int64_t dataset, std::uint64_t n, std::int64_t ts,
                      const live::Position& position) {
    const auto data = encode_epoch(position);
    entry_.bind(dataset, n, ts, std::string_view(data)).run();
}

}  // namespace chartcast::store
