#pragma once
// Carries out what the shard collected: states that records need before them, then all records and documents in
// one transaction, then the other snapshots, then what may leave. Lives on the writer thread.

#include "store/log_writer.hpp"
#include "store/retention.hpp"
#include "store/sqlite.hpp"
#include "store/store.hpp"

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace chartcast::store {

struct WriteResult {
    boost::system::error_code ec;
    std::uint64_t weight = 0;
};

/// Filled by the shard, then the writer's until it hands over the results.
struct CommitJob {
    /// Each in a transaction of its own; without it, records of its dataset are not written.
    std::vector<SnapshotWrite> bases;
    std::vector<EntryWrite> entries;
    std::vector<DocumentWrite> documents;
    std::vector<SnapshotWrite> snapshots;
    RetentionRules rules;
    std::int64_t now = 0;

    std::vector<WriteResult> base_results;
    std::vector<WriteResult> entry_results;
    std::vector<WriteResult> document_results;
    std::vector<WriteResult> snapshot_results;
    /// Why bases, records or documents were not written.
    std::string problem;
    std::uint64_t bytes = 0;
    bool more_to_remove = false;
};

class Committer {
public:
    explicit Committer(std::unique_ptr<Connection> connection);

    /// `committed` once bases, records and documents are on disk, or are not.
    void run(CommitJob& job, const std::function<void()>& committed);
    [[nodiscard]] Connection& connection() noexcept { return *connection_; }

private:
    void write_snapshots(std::vector<SnapshotWrite>& writes, std::vector<WriteResult>& results,
                         std::string& problem);
    void write_group(CommitJob& job);
    void remove_old(CommitJob& job);
    static boost::system::error_code guarded(std::string& problem,
                                             const std::function<void()>& work);

    std::unique_ptr<Connection> connection_;
    LogWriter writer_;
    Retention retention_;
    std::int64_t removed_at_ = 0;
    std::int64_t looked_at_ = 0;
    /// In use of the file, when it was looked at.
    std::uint64_t bytes_ = 0;
};

}  // namespace chartcast::store
