#include "live/wire_ops.hpp"

#include "live/value_hash.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;

bool by_seq(const RowRef& a, const RowRef& b) noexcept {
    return a->seq < b->seq;
}

/// Sorts the changes by what they mean to one set of viewers.
class View {
public:
    View(const Schema& schema, const Delta& delta, const AccessSet& access)
        : schema_(schema), delta_(delta), access_(access) {
        for (const auto& change : delta.changes) sort(change);
        std::sort(appended_.begin(), appended_.end(), by_seq);
        std::sort(placed_.begin(), placed_.end(), by_seq);
    }

    [[nodiscard]] Array ops() {
        if (delta_.replace) add_replace();
        if (trims()) ops_.push_back(Array{"trim", delta_.trim_before});
        if (!removed_.empty()) ops_.push_back(Array{"remove", std::move(removed_)});
        add_appends();
        if (!placed_.empty()) {
            ops_.push_back(Array{"upsert", wire_rows(placed_), wire_seq(placed_)});
        }
        if (!whole_.empty()) ops_.push_back(Array{"upsert", wire_rows(whole_)});
        if (!cells_.empty()) ops_.push_back(Array{"set", std::move(cells_)});
        return std::move(ops_);
    }

private:
    void sort(const RowChange& change) {
        const auto& before = change.access_before;
        const auto in_set = [this](const Value& value) { return access_.contains(value); };
        const bool seen_now = access_.sees(schema_, *change.row);
        if (!seen_now || change.kind == RowChange::Kind::removed) {
            const bool seen = seen_now || std::any_of(before.begin(), before.end(), in_set);
            if (seen) removed_.push_back(wire_key(schema_, *change.row));
        } else if (change.kind == RowChange::Kind::updated) {
            const bool had_it = std::all_of(before.begin(), before.end(), in_set);
            had_it ? add_update(change) : placed_.push_back(change.row);
        } else if (change.kind == RowChange::Kind::appended) {
            appended_.push_back(change.row);
        } else {
            placed_.push_back(change.row);
        }
    }
    /// The shorter of the cells and the row.
    void add_update(const RowChange& change) {
        Object cells;
        for (std::size_t dim = 0; dim < schema_.fields().size(); ++dim) {
            if (change.changed.test(dim)) {
                cells.append(std::to_string(dim), change.row->cells[dim]);
            }
        }
        Value set = Array{wire_key(schema_, *change.row), std::move(cells)};
        if (json_bytes(set) < change.row->bytes) {
            cells_.push_back(std::move(set));
        } else {
            whole_.push_back(change.row);
        }
    }

    void add_replace() {
        std::vector<RowRef> seen;
        for (const auto& row : *delta_.replace) {
            if (access_.sees(schema_, *row)) seen.push_back(row);
        }
        ops_.push_back(Array{"replace", wire_rows(seen), wire_seq(seen)});
    }
    [[nodiscard]] bool trims() const {
        if (delta_.trim_before == 0) return false;
        if (access_.sees_all() || !schema_.access()) return true;
        const auto& values = delta_.trimmed_access;
        return std::any_of(values.begin(), values.end(),
                           [this](const Value& value) { return access_.contains(value); });
    }
    void add_appends() {
        for (std::size_t begin = 0; begin < appended_.size();) {
            auto end = begin + 1;
            while (end < appended_.size() && appended_[end]->seq == appended_[end - 1]->seq + 1)
                ++end;
            const auto run = std::span(appended_).subspan(begin, end - begin);
            ops_.push_back(Array{"append", run.front()->seq, wire_rows(run)});
            begin = end;
        }
    }

    const Schema& schema_;
    const Delta& delta_;
    const AccessSet& access_;
    Array removed_;
    std::vector<RowRef> appended_;
    /// Told with their sequence numbers.
    std::vector<RowRef> placed_;
    std::vector<RowRef> whole_;
    Array cells_;
    Array ops_;
};

}  // namespace

Array wire_ops(const Schema& schema, const Delta& delta, const AccessSet& access) {
    return View(schema, delta, access).ops();
}

Value wire_seq(std::span<const RowRef> rows) {
    if (rows.empty()) return 0;
    const auto gap = [](const RowRef& a, const RowRef& b) { return b->seq != a->seq + 1; };
    if (std::adjacent_find(rows.begin(), rows.end(), gap) == rows.end()) return rows.front()->seq;
    Array numbers;
    numbers.reserve(rows.size());
    for (const auto& row : rows) numbers.emplace_back(row->seq);
    return numbers;
}

Array wire_rows(std::span<const RowRef> rows) {
    Array array;
    array.reserve(rows.size());
    for (const auto& row : rows) array.emplace_back(row->cells);
    return array;
}

}  // namespace chartcast::live
