#include "live/conflate.hpp"

#include "live/row_access.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::live {

void Conflation::add(const Delta& next) {
    if (empty()) merged_.from = next.from;
    merged_.to = next.to;
    merged_.ts = next.ts;
    merged_.batches += next.batches;
    if (next.replace) replace(*next.replace);
    if (next.trim_before > 0) trim(next);
    for (const auto& change : next.changes) merge(change);
}

Delta Conflation::take() {
    places_.clear();
    return std::exchange(merged_, {});
}

void Conflation::replace(const std::vector<RowRef>& rows) {
    places_.clear();
    merged_.changes.clear();
    merged_.trim_before = 0;
    merged_.trimmed_access.clear();
    merged_.replace = rows;
}

void Conflation::trim(const Delta& next) {
    merged_.trim_before = next.trim_before;
    for (const auto& value : next.trimmed_access) add_access(merged_.trimmed_access, value);
    const auto trimmed = [this](const RowChange& change) {
        if (change.row->seq >= merged_.trim_before) return false;
        // Who saw an earlier version has the row, so the trim is for them too.
        if (schema_.access()) {
            add_access(merged_.trimmed_access, access_value(schema_, *change.row));
            for (const auto& value : change.access_before) {
                add_access(merged_.trimmed_access, value);
            }
        }
        return true;
    };
    auto& changes = merged_.changes;
    const auto kept = std::remove_if(changes.begin(), changes.end(), trimmed);
    if (kept == changes.end()) return;
    changes.erase(kept, changes.end());
    places_.clear();
    for (std::size_t at = 0; at < changes.size(); ++at) {
        places_[key_text(schema_, *changes[at].row)] = at;
    }
}

void Conflation::merge(const RowChange& next) {
    const auto [found, added] =
        places_.try_emplace(key_text(schema_, *next.row), merged_.changes.size());
    if (added) {
        merged_.changes.push_back(next);
        return;
    }
    using Kind = RowChange::Kind;
    auto& change = merged_.changes[found->second];
    const auto earlier = std::exchange(change, next);
    if (next.kind == Kind::updated && earlier.kind == Kind::updated) {
        change.changed |= earlier.changed;
    } else if (next.kind != Kind::removed) {
        // Somebody in between may have an older version of a row that is new to others.
        change.kind = Kind::upserted;
    }
    note_access(change, earlier);
}

void Conflation::note_access(RowChange& change, const RowChange& earlier) const {
    if (!schema_.access()) return;
    for (const auto& value : earlier.access_before) add_access(change.access_before, value);
    add_access(change.access_before, access_value(schema_, *earlier.row));
}

Delta conflate(const Schema& schema, const Delta& first, const Delta& second) {
    Conflation both(schema);
    both.add(first);
    both.add(second);
    return both.take();
}

}  // namespace chartcast::live
