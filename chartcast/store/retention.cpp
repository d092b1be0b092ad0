#include "store/retention.hpp"

#include "ops/log.hpp"
#include "store/log_walk.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace chartcast::store {
namespace {

/// Appends wait meanwhile.
constexpr int records_a_run = 20'000;
constexpr int records_a_transaction = 5'000;
/// What a part of a snapshot or a value of a document costs beside a record.
constexpr int cost_of_blob = 100;
constexpr int documents_at_once = 50;

std::int64_t cutoff(const RetentionRules& rules, const std::string& name, std::int64_t now) {
    const auto own = rules.history_of.find(name);
    return now - (own == rules.history_of.end() ? rules.history : own->second).count();
}

std::vector<std::pair<std::int64_t, std::string>> named(Connection& connection,
                                                        std::string_view sql) {
    Statement statement(connection, sql);
    std::vector<std::pair<std::int64_t, std::string>> found;
    while (statement.step()) found.emplace_back(statement.number(0), statement.bytes(1));
    return found;
}

}  // namespace

std::uint64_t Retention::used_bytes() {
    const auto pages =
        connection_.number("PRAGMA page_count") - connection_.number("PRAGMA freelist_count");
    return static_cast<std::uint64_t>(pages * connection_.number("PRAGMA page_size"));
}

bool Retention::run(const RetentionRules& rules, std::int64_t now) {
    budget_ = records_a_run;
    by_age(rules, now);
    documents_by_age(rules, now);
    by_size(rules);
    if (budget_ < records_a_run) {
        connection_.execute("DELETE FROM schemas WHERE id NOT IN (SELECT schema FROM snapshots)");
    }
    give_back();
    return budget_ <= 0;
}

void Retention::by_age(const RetentionRules& rules, std::int64_t now) {
    for (const auto& [dataset, name] : named(connection_, "SELECT id, name FROM datasets")) {
        if (budget_ <= 0) return;
        const auto snapshots = snapshots_of(connection_, dataset);
        const auto oldest = cutoff(rules, name, now);
        // Whatever is younger than the cutoff can be made from here.
        if (snapshots.empty()) continue;
        auto base = snapshots.front().n;
        for (const auto& mark : snapshots) {
            if (mark.ts <= oldest) base = mark.n;
        }
        if (base != snapshots.front().n) {
            remove_before(dataset, base);
        } else {
            remove_entries(dataset, base);
        }
    }
}

void Retention::documents_by_age(const RetentionRules& rules, std::int64_t now) {
    Statement remove(connection_,
                     "DELETE FROM documents WHERE kind = ?1 AND id = ?2 AND n < (SELECT max(n) "
                     "FROM documents WHERE kind = ?1 AND id = ?2 AND ts <= ?3)");
    for (const auto& [kind, id] : named(
             connection_, "SELECT kind, id FROM documents GROUP BY kind, id HAVING count(*) > 1")) {
        remove.bind(kind, std::string_view(id), cutoff(rules, id, now)).run();
    }
}

void Retention::by_size(const RetentionRules& rules) {
    while (used_bytes() > rules.max_size) {
        if (budget_ <= 0) return;
        if (!remove_oldest()) {
            if (!std::exchange(told_too_large_, true)) {
                ops::log(socketio::LogLevel::warn, "store is larger than max_size",
                         {{"bytes", std::to_string(used_bytes())},
                          {"why", "the current state alone needs it"}});
            }
            return;
        }
    }
    told_too_large_ = false;
}

bool Retention::remove_oldest() {
    // A log can lose what lies before its second snapshot.
    Statement logs(connection_,
                   "SELECT dataset, n, ts FROM (SELECT dataset, n, ts, row_number() OVER "
                   "(PARTITION BY dataset ORDER BY n) AS place FROM snapshots) "
                   "WHERE place = 2 ORDER BY ts LIMIT 1");
    Statement documents(connection_,
                        "SELECT min(old.ts) FROM documents old WHERE EXISTS (SELECT 1 FROM "
                        "documents newer WHERE newer.kind = old.kind AND newer.id = old.id AND "
                        "newer.n > old.n) HAVING count(*) > 0");
    const bool has_log = logs.step();
    const bool has_document = documents.step();
    if (!has_log && !has_document) return false;
    if (has_log && (!has_document || logs.number(2) <= documents.number(0))) {
        const auto dataset = logs.number(0);
        const auto n = static_cast<std::uint64_t>(logs.number(1));
        logs.reset();
        documents.reset();
        remove_before(dataset, n);
        return true;
    }
    logs.reset();
    documents.reset();
    Statement remove(connection_,
                     "DELETE FROM documents WHERE rowid IN (SELECT old.rowid FROM documents old "
                     "WHERE EXISTS (SELECT 1 FROM documents newer WHERE newer.kind = old.kind AND "
                     "newer.id = old.id AND newer.n > old.n) ORDER BY old.ts LIMIT ?)");
    remove.bind(documents_at_once).run();
    budget_ -= documents_at_once * cost_of_blob;
    return true;
}

void Retention::remove_before(std::int64_t dataset, std::uint64_t snapshot) {
    Transaction transaction(connection_);
    Statement parts(connection_, "DELETE FROM snapshot_parts WHERE dataset = ? AND n < ?");
    parts.bind(dataset, snapshot).run();
    Statement snapshots(connection_, "DELETE FROM snapshots WHERE dataset = ? AND n < ?");
    snapshots.bind(dataset, snapshot).run();
    transaction.commit();
    budget_ -= cost_of_blob;
    remove_entries(dataset, snapshot);
}

/// Records before the oldest snapshot are never looked for, so they may go in several transactions; what is
/// left goes the next time.
void Retention::remove_entries(std::int64_t dataset, std::uint64_t snapshot) {
    Statement first(connection_, "SELECT min(n) FROM entries WHERE dataset = ? AND n <= ?");
    Statement remove(connection_, "DELETE FROM entries WHERE dataset = ? AND n <= ?");
    while (budget_ > 0) {
        first.bind(dataset, snapshot);
        const auto from = first.step() ? static_cast<std::uint64_t>(first.number(0)) : 0;
        first.reset();
        if (from == 0) return;
        remove.bind(dataset, std::min<std::uint64_t>(from + records_a_transaction, snapshot)).run();
        budget_ -= records_a_transaction;
    }
}

/// Free pages are used again; many of them go back to the file system.
void Retention::give_back() {
    const auto free = connection_.number("PRAGMA freelist_count");
    if (free > 256 && free * 8 > connection_.number("PRAGMA page_count")) {
        connection_.execute("PRAGMA incremental_vacuum(4096)");
    }
}

}  // namespace chartcast::store
