#include "live/apply.hpp"

#include "live/conflate.hpp"
#include "live/plan.hpp"
#include "live/row_access.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::live {
namespace {

/// Carries out a plan and notes what it does.
class Commit {
public:
    Commit(DatasetState& state, std::int64_t now) : state_(state), now_(now) {}

    Delta carry_out(Plan plan, Operation operation) {
        if (plan.replace) clear();
        for (const auto& row : plan.removed) remove(row, changes_);
        for (auto& row : plan.rows) {
            if (row.existing) {
                update(row);
            } else {
                insert(std::move(row.cells), operation);
            }
        }
        evict();
        return net_change();
    }

private:
    void clear() {
        state_.table.clear();
        state_.births.clear();
        changes_.replace.emplace();
    }
    void remove(const RowRef& row, Delta& delta) {
        state_.table.remove(*row);
        delta.changes.push_back({RowChange::Kind::removed, row, {}, {}});
    }
    void update(PlannedRow& planned) {
        const auto& old = *planned.existing;
        const auto row = make_row(old.seq, old.arrived, std::move(planned.cells));
        RowChange change{RowChange::Kind::updated, row, planned.changed, {}};
        const auto access = state_.schema.access();
        if (access && planned.changed.test(*access)) {
            change.access_before.push_back(access_value(state_.schema, old));
        }
        const auto time = state_.schema.time();
        if (time && planned.changed.test(*time)) state_.births.add(state_.schema, *row);
        state_.table.replace(old, row);
        changes_.changes.push_back(std::move(change));
    }
    void insert(Cells cells, Operation operation) {
        auto row = make_row(state_.next_seq++, now_, std::move(cells));
        state_.table.append(row);
        if (state_.schema.time()) state_.births.add(state_.schema, *row);
        if (changes_.replace) {
            changes_.replace->push_back(std::move(row));
        } else {
            const auto kind = operation == Operation::append ? RowChange::Kind::appended
                                                             : RowChange::Kind::upserted;
            changes_.changes.push_back({kind, std::move(row), {}, {}});
        }
    }

    /// The window: too many, then too old.
    void evict() {
        auto& table = state_.table;
        std::vector<RowRef> evicted;
        const auto evict_front = [&] {
            evicted.push_back(table.front());
            table.remove(*evicted.back());
        };
        const auto most = state_.schema.window().rows;
        while (most > 0 && table.size() > most) evict_front();
        const auto limit = birth_limit(state_.schema, now_);
        if (state_.schema.time()) {
            for (auto& row : state_.births.take(state_.schema, table, limit)) {
                table.remove(*row);
                evicted.push_back(std::move(row));
            }
            state_.births.tidy(state_.schema, table);
        } else {
            while (!table.empty() && table.front()->arrived < limit) evict_front();
        }
        note_evicted(evicted);
    }
    /// Those before the first row that is left are trimmed; others, which only a time field can
    /// single out, are removed one by one.
    void note_evicted(const std::vector<RowRef>& evicted) {
        const auto first = state_.table.empty() ? state_.next_seq : state_.table.front()->seq;
        for (const auto& row : evicted) {
            if (row->seq >= first) {
                evictions_.changes.push_back({RowChange::Kind::removed, row, {}, {}});
                continue;
            }
            evictions_.trim_before = first;
            if (state_.schema.access()) {
                add_access(evictions_.trimmed_access, access_value(state_.schema, *row));
            }
        }
    }

    Delta net_change() {
        auto& delta = changes_;
        if (!evictions_.empty()) {
            changes_.batches = evictions_.batches = 1;
            delta = conflate(state_.schema, changes_, evictions_);
        }
        return std::move(delta);
    }

    DatasetState& state_;
    std::int64_t now_;
    Delta changes_;
    Delta evictions_;
};

Outcome refused(const DatasetState& state, Verdict verdict) {
    Outcome outcome;
    outcome.verdict = verdict;
    outcome.position = state.position;
    return outcome;
}

Outcome replayed(const RememberedResult& result) {
    Outcome outcome;
    outcome.verdict = Verdict::replayed;
    outcome.position = result.position;
    outcome.changed = result.changed;
    outcome.rows = result.rows;
    return outcome;
}

void remember(DatasetState& state, const Entry& entry, const Outcome& outcome, std::int64_t now) {
    if (entry.idempotency_key.empty()) return;
    state.results.remember({entry.idempotency_key, entry.body_hash, outcome.position,
                            outcome.changed, outcome.rows, now});
}

Outcome carry_out(DatasetState& state, const Entry& entry, Plan plan, std::int64_t now) {
    Outcome outcome;
    outcome.rows = entry.rows.size();
    const bool idle = plan.changes_nothing() && entry.operation != Operation::expire;
    if (!idle) outcome.delta = Commit(state, now).carry_out(std::move(plan), entry.operation);
    outcome.changed = !outcome.delta.empty();
    if (outcome.changed) {
        state.clock = now;
        outcome.verdict = Verdict::changed;
        outcome.delta.from = state.position.v;
        outcome.delta.to = ++state.position.v;
        outcome.delta.ts = now;
        outcome.delta.batches = 1;
    }
    outcome.position = state.position;
    remember(state, entry, outcome, now);
    return outcome;
}

}  // namespace

Outcome apply(DatasetState& state, const Entry& entry) {
    const auto now = std::max(entry.ts, state.clock);
    if (!entry.idempotency_key.empty()) {
        if (const auto* earlier = state.results.find(entry.idempotency_key, now)) {
            const bool same = earlier->body_hash == entry.body_hash;
            return same ? replayed(*earlier) : refused(state, Verdict::key_reused);
        }
    }
    if (entry.if_match && *entry.if_match != state.position) {
        return refused(state, Verdict::precondition_failed);
    }
    auto plan = make_plan(state, entry, now);
    if (!plan.errors.empty()) {
        auto outcome = refused(state, plan.missing_key ? Verdict::missing_key : Verdict::invalid);
        outcome.errors = std::move(plan.errors);
        return outcome;
    }
    return carry_out(state, entry, std::move(plan), now);
}

}  // namespace chartcast::live
