#pragma once
// Puts records into the tables, within whatever transaction is open. Lives on the writer thread, and before
// the server runs on the thread that loads.

#include "live/dataset_state.hpp"
#include "live/entry.hpp"
#include "live/position.hpp"
#include "live/schema.hpp"
#include "store/sqlite.hpp"
#include "store/store.hpp"
#include <socketio/value.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace chartcast::store {

struct SnapshotWrite {
    std::int64_t dataset = 0;
    std::string name;
    /// The state is that after record n.
    std::uint64_t n = 0;
    std::int64_t ts = 0;
    std::shared_ptr<const live::Schema> schema;
    live::DatasetImage image;
};

struct EntryWrite {
    std::int64_t dataset = 0;
    std::uint64_t n = 0;
    std::int64_t ts = 0;
    live::Position position;
    live::Entry entry;
};

struct DocumentWrite {
    std::uint64_t n = 0;
    Document document;
};

class LogWriter {
public:
    explicit LogWriter(Connection& connection);

    /// All of these give the bytes that they wrote.
    std::uint64_t snapshot(const SnapshotWrite& write);
    std::uint64_t entry(const EntryWrite& write);
    std::uint64_t document(const DocumentWrite& write);
    /// The dataset has another epoch from here on.
    void epoch(std::int64_t dataset, std::uint64_t n, std::int64_t ts,
               const live::Position& position);

private:
    [[nodiscard]] std::int64_t schema_id(const live::Schema& schema);

    Statement dataset_;
    Statement schema_;
    Statement find_schema_;
    Statement entry_;
    Statement snapshot_;
    Statement forget_parts_;
    Statement part_;
    Statement document_;
};

}  // namespace chartcast::store
