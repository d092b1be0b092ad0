#pragma once
// What the shard knows about the logs without asking the file: where each ends, what waits to be written, who
// waits to be told. Lives on shard 0; never blocks.

#include "store/committer.hpp"
#include "store/loader.hpp"
#include "store/store.hpp"

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace chartcast::store {

/// One call that is to be told when all its parts are on disk.
struct Waiter {
    OnDone done;
    std::size_t left = 0;
    boost::system::error_code ec;
};
using WaiterPtr = std::shared_ptr<Waiter>;

/// A job and who waits for each of its parts.
struct Group {
    CommitJob job;
    /// By dataset of the base.
    std::map<std::int64_t, std::vector<WaiterPtr>> base_waiters;
    /// Told whether what was appended before is on disk.
    std::map<std::int64_t, std::vector<WaiterPtr>> confirm_waiters;
    /// As the job's entries and documents.
    std::vector<WaiterPtr> entry_waiters;
    std::vector<WaiterPtr> document_waiters;
    /// As the job's snapshots: of the records that nobody has to read again after them.
    std::vector<std::uint64_t> weights_before;

    [[nodiscard]] bool empty() const noexcept {
        return job.bases.empty() && job.entries.empty() && job.documents.empty() &&
               job.snapshots.empty() && confirm_waiters.empty();
    }
};

class ShardLog {
public:
    using Post = Store::Post;
    using Ask = std::function<void(const std::string& dataset)>;
    ShardLog(Post post, Store::Clock now) : post_(std::move(post)), now_(std::move(now)) {}

    void start_from(const LoadResult& loaded);
    void on_snapshot_due(Ask ask) { ask_ = std::make_shared<Ask>(std::move(ask)); }

    // ---- What the owner does: it becomes part of the next group -------------------------------------
    void append(std::vector<EntryRecord> records, OnDone done);
    void confirm(const std::string& dataset, OnDone done);
    void put(Document document, OnDone done);
    void define(const std::string& dataset, const live::Schema& schema);
    void snapshot(const std::string& dataset, live::DatasetImage image);

    // ---- What the writer does -----------------------------------------------------------------------
    [[nodiscard]] bool idle() const noexcept { return group_.empty(); }
    [[nodiscard]] std::shared_ptr<Group> take_group();
    /// Bases, records and documents are on disk, or are not.
    void committed(Group& group);
    /// So are the other snapshots.
    void finished(Group& group);
    /// Everything that was accepted is on disk.
    [[nodiscard]] bool complete() const;
    /// Nobody is told any more.
    void forget_waiters(Group& group);
    void forget_waiters() { forget_waiters(group_); }
    [[nodiscard]] const Store::Health& health() const noexcept { return health_; }

private:
    struct Log {
        std::int64_t id = 0;
        std::string name;
        std::shared_ptr<const live::Schema> schema;
        /// Of the last record.
        live::Position position;
        std::uint64_t n = 0;
        std::int64_t ts = 0;
        std::uint64_t weight = 0;
        std::uint64_t snapshot_weight = 0;
        /// There is a snapshot that the next record follows, written or in a group.
        bool has_base = false;
        /// The next record would not follow what is on disk: only a snapshot helps.
        bool adrift = false;
        bool asked = false;
        /// Why the last attempt failed, and not before when the next one makes sense.
        boost::system::error_code problem;
        std::int64_t retry_at = 0;
        /// Appended while adrift.
        std::vector<WaiterPtr> held;
    };
    using DocumentKey = std::pair<Document::Kind, std::string>;

    [[nodiscard]] Log* find(const std::string& dataset);
    [[nodiscard]] static bool follows(const Log& log, const live::Position& position);
    void add(EntryRecord record, const WaiterPtr& waiter);
    void hold(Log& log, const WaiterPtr& waiter);
    void add_base(Log& log, live::DatasetImage image, std::int64_t ts);
    void request_snapshot(Log& log);
    void request_if_due(Log& log);
    void lose(std::int64_t dataset, boost::system::error_code ec);
    void drop_pending(std::int64_t dataset, boost::system::error_code ec);
    void note_health(const Group& group);
    static void finish(const WaiterPtr& waiter, boost::system::error_code ec);
    void release(const WaiterPtr& waiter);

    Post post_;
    Store::Clock now_;
    std::shared_ptr<Ask> ask_;
    std::map<std::string, Log> logs_;
    std::map<std::int64_t, Log*> by_id_;
    std::map<DocumentKey, std::uint64_t> documents_;
    /// Their newest values are not on disk.
    std::set<DocumentKey> lost_documents_;
    std::int64_t last_id_ = 0;
    Group group_;
    Store::Health health_;
};

}  // namespace chartcast::store
