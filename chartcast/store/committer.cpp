#include "store/committer.hpp"

#include "ops/log.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace chartcast::store {
namespace {

/// Between two looks for what is too old; what is too much is looked for more often.
constexpr std::int64_t age_interval = 60'000;
constexpr std::int64_t size_interval = 1'000;
/// Between two looks at how large the file is: it costs as much as a commit without its sync, and the next
/// commit waits for it.
constexpr std::int64_t look_interval = 1'000;

boost::system::error_code result_for(const CommitJob& job, std::int64_t dataset,
                                     boost::system::error_code group) {
    for (std::size_t at = 0; at < job.bases.size(); ++at) {
        if (job.bases[at].dataset == dataset && job.base_results[at].ec) {
            return job.base_results[at].ec;
        }
    }
    return group;
}

}  // namespace

Committer::Committer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), writer_(*connection_), retention_(*connection_) {}

void Committer::run(CommitJob& job, const std::function<void()>& committed) {
    write_snapshots(job.bases, job.base_results, job.problem);
    write_group(job);
    committed();
    // The shard reads the results above meanwhile.
    std::string problem;
    write_snapshots(job.snapshots, job.snapshot_results, problem);
    remove_old(job);
}

boost::system::error_code Committer::guarded(std::string& problem,
                                             const std::function<void()>& work) {
    try {
        work();
        return {};
    } catch (const SqliteError& error) {
        problem = error.what();
        ops::log(socketio::LogLevel::error, "store cannot write", {{"why", problem}});
        return error.disk_full() ? errc::disk_full : errc::failed;
    } catch (const std::exception& error) {
        problem = error.what();
        ops::log(socketio::LogLevel::error, "store cannot write", {{"why", problem}});
        return errc::failed;
    }
}

void Committer::write_snapshots(std::vector<SnapshotWrite>& writes,
                                std::vector<WriteResult>& results, std::string& problem) {
    for (auto& write : writes) {
        WriteResult result;
        result.ec = guarded(problem, [&] {
            Transaction transaction(*connection_);
            result.weight = writer_.snapshot(write);
            transaction.commit();
        });
        results.push_back(result);
        // Rows are freed here rather than on the shard.
        write.image = {};
    }
}

void Committer::write_group(CommitJob& job) {
    job.entry_results.resize(job.entries.size());
    job.document_results.resize(job.documents.size());
    if (job.entries.empty() && job.documents.empty()) return;
    const auto ec = guarded(job.problem, [&] {
        Transaction transaction(*connection_);
        for (std::size_t at = 0; at < job.entries.size(); ++at) {
            auto& result = job.entry_results[at];
            result.ec = result_for(job, job.entries[at].dataset, {});
            if (!result.ec) result.weight = writer_.entry(job.entries[at]);
        }
        for (const auto& write : job.documents) writer_.document(write);
        transaction.commit();
    });
    if (!ec) return;
    for (auto& result : job.entry_results) result.ec = ec;
    for (auto& result : job.document_results) result.ec = ec;
}

void Committer::remove_old(CommitJob& job) {
    const auto since_look = job.now - looked_at_;
    const bool grew = !job.bases.empty() || !job.snapshots.empty();
    if (!grew && !job.more_to_remove && since_look >= 0 && since_look < look_interval) {
        job.bytes = bytes_;
        return;
    }
    looked_at_ = job.now;
    std::string problem;
    guarded(problem, [&] {
        job.bytes = retention_.used_bytes();
        const auto since = job.now - removed_at_;
        const bool due = job.more_to_remove || !job.snapshots.empty() || since < 0 ||
                         since >= (job.bytes > job.rules.max_size ? size_interval : age_interval);
        job.more_to_remove = false;
        if (!due) return;
        removed_at_ = job.now;
        job.more_to_remove = retention_.run(job.rules, job.now);
        job.bytes = retention_.used_bytes();
    });
    bytes_ = job.bytes;
}

}  // namespace chartcast::store
