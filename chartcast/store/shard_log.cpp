#include "store/shard_log.hpp"

#include "ops/log.hpp"
#include "store/codec/record.hpp"

#include <algorithm>

namespace chartcast::store {
namespace {

using boost::system::error_code;

constexpr std::uint64_t snapshot_weight_min = 1024 * 1024;
/// A failed attempt wrote a whole state for nothing.
constexpr std::int64_t retry_after = 1'000;

}  // namespace

void ShardLog::start_from(const LoadResult& loaded) {
    for (const auto& end : loaded.logs) {
        Log log;
        log.id = end.id;
        log.name = end.name;
        log.schema = end.schema;
        log.position = end.position;
        log.n = end.n;
        log.ts = end.ts;
        log.weight = end.weight;
        log.snapshot_weight = end.snapshot_weight;
        log.has_base = end.schema != nullptr;
        log.adrift = !log.has_base;
        last_id_ = std::max(last_id_, end.id);
        by_id_[end.id] = &(logs_[end.name] = std::move(log));
    }
    for (const auto& end : loaded.documents) documents_[{end.kind, end.id}] = end.n;
}

ShardLog::Log* ShardLog::find(const std::string& dataset) {
    const auto found = logs_.find(dataset);
    return found == logs_.end() ? nullptr : &found->second;
}

// ---- Who waits ---------------------------------------------------------------------------------------

void ShardLog::finish(const WaiterPtr& waiter, error_code ec) {
    if (ec && !waiter->ec) waiter->ec = ec;
    if (--waiter->left == 0 && waiter->done) std::exchange(waiter->done, nullptr)(waiter->ec);
}

/// The calls that begin with one part more than they have end it here, in a turn of its own: nobody is called
/// back before his call returns.
void ShardLog::release(const WaiterPtr& waiter) {
    if (waiter->left > 1) {
        --waiter->left;
    } else {
        post_([waiter] { finish(waiter, {}); });
    }
}

void ShardLog::forget_waiters(Group& group) {
    for (auto& waiter : group.entry_waiters) waiter->done = nullptr;
    for (auto& waiter : group.document_waiters) waiter->done = nullptr;
    for (auto* told : {&group.base_waiters, &group.confirm_waiters}) {
        for (auto& [dataset, waiters] : *told) {
            for (auto& waiter : waiters) waiter->done = nullptr;
        }
    }
}

// ---- What the owner does -----------------------------------------------------------------------------

void ShardLog::append(std::vector<EntryRecord> records, OnDone done) {
    const auto waiter = std::make_shared<Waiter>(Waiter{std::move(done), records.size() + 1, {}});
    for (auto& record : records) add(std::move(record), waiter);
    release(waiter);
}

void ShardLog::add(EntryRecord record, const WaiterPtr& waiter) {
    auto* log = find(record.dataset);
    if (!log || !log->schema) return finish(waiter, errc::unknown);
    if (!log->has_base && !log->adrift && record.position.v <= 1) {
        // A new dataset begins without rows.
        add_base(*log, {{record.position.epoch, 0}, 0, 0, {}, {}}, 0);
    }
    if (!follows(*log, record.position)) log->adrift = true;
    if (log->adrift) return hold(*log, waiter);
    log->position = record.position;
    log->ts = std::max(log->ts, record.entry.ts);
    group_.job.entries.push_back(
        {log->id, ++log->n, log->ts, std::move(record.position), std::move(record.entry)});
    group_.entry_waiters.push_back(waiter);
}

/// A record that says otherwise could not be read again.
bool ShardLog::follows(const Log& log, const live::Position& position) {
    return log.has_base && position.epoch == log.position.epoch &&
           (position.v == log.position.v || position.v == log.position.v + 1);
}

/// The snapshot that the dataset needs will hold this, too.
void ShardLog::hold(Log& log, const WaiterPtr& waiter) {
    if (!ask_) return finish(waiter, errc::failed);
    if (log.problem && now_() < log.retry_at) return finish(waiter, log.problem);
    log.held.push_back(waiter);
    request_snapshot(log);
}

void ShardLog::confirm(const std::string& dataset, OnDone done) {
    const auto waiter = std::make_shared<Waiter>(Waiter{std::move(done), 2, {}});
    auto* log = find(dataset);
    if (!log) {
        finish(waiter, errc::unknown);
    } else if (log->adrift) {
        hold(*log, waiter);
    } else {
        // A group without writes comes after the one that is being written.
        group_.confirm_waiters[log->id].push_back(waiter);
    }
    release(waiter);
}

void ShardLog::put(Document document, OnDone done) {
    const auto waiter = std::make_shared<Waiter>(Waiter{std::move(done), 1, {}});
    const auto n = ++documents_[{document.kind, document.id}];
    group_.job.documents.push_back({n, std::move(document)});
    group_.document_waiters.push_back(waiter);
}

void ShardLog::define(const std::string& dataset, const live::Schema& schema) {
    auto& log = logs_[dataset];
    if (log.id == 0) {
        log.id = ++last_id_;
        log.name = dataset;
        by_id_[log.id] = &log;
    }
    if (log.schema && encode_schema(*log.schema) == encode_schema(schema)) return;
    log.schema = std::make_shared<const live::Schema>(schema);
    if (!log.has_base && !log.adrift) return;
    log.adrift = true;
    log.asked = false;
    request_snapshot(log);
}

void ShardLog::snapshot(const std::string& dataset, live::DatasetImage image) {
    auto* log = find(dataset);
    if (!log || !log->schema) return;
    log->asked = false;
    if (log->adrift || !log->has_base || image.position != log->position) {
        // Nothing before it leads here: a number of its own says so to whoever reads the log.
        ++log->n;
        const auto ts = std::max({log->ts, image.clock, now_()});
        add_base(*log, std::move(image), ts);
        return;
    }
    log->ts = std::max(log->ts, image.clock);
    auto& snapshots = group_.job.snapshots;
    const auto same = std::find_if(snapshots.begin(), snapshots.end(),
                                   [log](const auto& write) { return write.dataset == log->id; });
    SnapshotWrite write{log->id, log->name, log->n, log->ts, log->schema, std::move(image)};
    if (same != snapshots.end()) {
        group_.weights_before[static_cast<std::size_t>(same - snapshots.begin())] += log->weight;
        *same = std::move(write);
    } else {
        snapshots.push_back(std::move(write));
        group_.weights_before.push_back(log->weight);
    }
    log->weight = 0;
}

void ShardLog::add_base(Log& log, live::DatasetImage image, std::int64_t ts) {
    log.position = image.position;
    log.ts = ts;
    log.has_base = true;
    log.adrift = false;
    log.weight = 0;
    auto& waiters = group_.base_waiters[log.id];
    waiters.insert(waiters.end(), log.held.begin(), log.held.end());
    log.held.clear();
    // An earlier one of this group holds nothing that this one does not.
    std::erase_if(group_.job.bases, [&](const auto& write) { return write.dataset == log.id; });
    group_.job.bases.push_back({log.id, log.name, log.n, ts, log.schema, std::move(image)});
}

void ShardLog::request_snapshot(Log& log) {
    if (log.asked || !ask_) return;
    log.asked = true;
    post_([ask = std::weak_ptr(ask_), name = log.name] {
        if (const auto alive = ask.lock()) (*alive)(name);
    });
}

void ShardLog::request_if_due(Log& log) {
    const bool heavy = log.weight > std::max(snapshot_weight_min, log.snapshot_weight);
    if (log.problem && now_() < log.retry_at) return;
    if (heavy || log.adrift) request_snapshot(log);
}

// ---- What the writer does ----------------------------------------------------------------------------

std::shared_ptr<Group> ShardLog::take_group() {
    group_.job.now = now_();
    return std::make_shared<Group>(std::exchange(group_, {}));
}

void ShardLog::committed(Group& group) {
    const auto& job = group.job;
    bool written = false;
    const auto note = [&](std::int64_t dataset, const WriteResult& result) {
        written = written || !result.ec;
        if (result.ec) lose(dataset, result.ec);
        if (!result.ec) by_id_.at(dataset)->problem = {};
    };
    for (std::size_t at = 0; at < job.bases.size(); ++at) {
        const auto dataset = job.bases[at].dataset;
        const auto& result = job.base_results[at];
        note(dataset, result);
        if (!result.ec) by_id_.at(dataset)->snapshot_weight = result.weight;
        for (const auto& waiter : group.base_waiters[dataset]) finish(waiter, result.ec);
        group.base_waiters.erase(dataset);
    }
    for (std::size_t at = 0; at < job.entries.size(); ++at) {
        const auto& result = job.entry_results[at];
        note(job.entries[at].dataset, result);
        by_id_.at(job.entries[at].dataset)->weight += result.weight;
        if (!result.ec) ++health_.entries;
        finish(group.entry_waiters[at], result.ec);
    }
    for (std::size_t at = 0; at < job.documents.size(); ++at) {
        const auto& document = job.documents[at].document;
        const auto ec = job.document_results[at].ec;
        written = written || !ec;
        if (ec) lost_documents_.insert({document.kind, document.id});
        if (!ec) lost_documents_.erase({document.kind, document.id});
        finish(group.document_waiters[at], ec);
    }
    for (const auto& [dataset, waiters] : group.confirm_waiters) {
        const auto* log = by_id_.at(dataset);
        for (const auto& waiter : waiters)
            finish(waiter, log->adrift ? log->problem : error_code());
    }
    if (written) ++health_.commits;
    note_health(group);
    if (!written) return;
    for (auto& [name, log] : logs_) request_if_due(log);
}

void ShardLog::note_health(const Group& group) {
    const auto& job = group.job;
    if (job.bases.empty() && job.entries.empty() && job.documents.empty()) return;
    const bool writable = job.problem.empty();
    if (writable && !health_.writable) ops::log(socketio::LogLevel::info, "store writes again");
    health_.writable = writable;
    health_.problem = job.problem;
}

void ShardLog::finished(Group& group) {
    const auto& job = group.job;
    for (std::size_t at = 0; at < job.snapshots.size(); ++at) {
        auto& log = *by_id_.at(job.snapshots[at].dataset);
        const auto& result = job.snapshot_results[at];
        if (result.ec) {
            // The log goes on without; another attempt follows.
            log.weight += group.weights_before[at];
            log.problem = result.ec;
            log.retry_at = now_() + retry_after;
        } else {
            log.snapshot_weight = result.weight;
        }
    }
    health_.bytes = job.bytes;
}

/// The owner has gone on, the store has not.
void ShardLog::lose(std::int64_t dataset, error_code ec) {
    auto& log = *by_id_.at(dataset);
    log.problem = ec;
    log.retry_at = now_() + retry_after;
    if (!std::exchange(log.adrift, true)) log.asked = false;
    drop_pending(dataset, ec);
}

/// What came while the commit failed would follow something that is not there.
void ShardLog::drop_pending(std::int64_t dataset, error_code ec) {
    std::vector<WaiterPtr> told;
    auto& entries = group_.job.entries;
    std::vector<EntryWrite> kept;
    std::vector<WaiterPtr> kept_waiters;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        if (entries[at].dataset == dataset) {
            told.push_back(group_.entry_waiters[at]);
        } else {
            kept.push_back(std::move(entries[at]));
            kept_waiters.push_back(group_.entry_waiters[at]);
        }
    }
    entries = std::move(kept);
    group_.entry_waiters = std::move(kept_waiters);
    const auto bases = group_.base_waiters.find(dataset);
    if (bases != group_.base_waiters.end()) {
        told.insert(told.end(), bases->second.begin(), bases->second.end());
        group_.base_waiters.erase(bases);
    }
    std::erase_if(group_.job.bases, [&](const auto& write) { return write.dataset == dataset; });
    auto& snapshots = group_.job.snapshots;
    for (std::size_t at = snapshots.size(); at-- > 0;) {
        if (snapshots[at].dataset != dataset) continue;
        snapshots.erase(snapshots.begin() + static_cast<std::ptrdiff_t>(at));
        group_.weights_before.erase(group_.weights_before.begin() +
                                    static_cast<std::ptrdiff_t>(at));
    }
    for (const auto& waiter : told) finish(waiter, ec);
}

bool ShardLog::complete() const {
    return lost_documents_.empty() && std::all_of(logs_.begin(), logs_.end(), [](const auto& item) {
               return !item.second.adrift || !item.second.has_base;
           });
}

}  // namespace chartcast::store
