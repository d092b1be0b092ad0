#pragma once
// The states that the log leads to. Blocks; before the server runs.
//
// After an unclean end every dataset and document goes on under a new epoch, which is written to the log
// before anybody hears of it. A dataset whose log is damaged goes on from the last sound record, under a new
// epoch and from a snapshot that stands behind what is damaged.

#include "live/position.hpp"
#include "live/schema.hpp"
#include "store/sqlite.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace chartcast::store {

/// Where a dataset's log goes on.
struct LogEnd {
    std::int64_t id = 0;
    std::string name;
    /// nullptr when nothing of it could be read.
    std::shared_ptr<const live::Schema> schema;
    live::Position position;
    std::uint64_t n = 0;
    std::int64_t ts = 0;
    /// Of the newest snapshot, and of the records after it.
    std::uint64_t snapshot_weight = 0;
    std::uint64_t weight = 0;
};

struct DocumentEnd {
    Document::Kind kind = Document::Kind::raw_chart;
    std::string id;
    std::uint64_t n = 0;
};

struct LoadResult {
    Loaded loaded;
    std::vector<LogEnd> logs;
    std::vector<DocumentEnd> documents;
};

[[nodiscard]] LoadResult load_all(Connection& connection, bool clean, std::int64_t now);

}  // namespace chartcast::store
