#include "live/plan.hpp"

#include "live/cell.hpp"
#include "live/row_check.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <utility>

namespace chartcast::live {
namespace {

using socketio::Object;
using socketio::Value;
using enum RowErrorCode;

class Planner {
public:
    Planner(const DatasetState& state, const Entry& entry, std::int64_t now)
        : state_(state), schema_(state.schema), entry_(entry), now_(now) {}

    Plan make() {
        switch (entry_.operation) {
            case Operation::replace: plan_replace(); break;
            case Operation::append: plan_append(); break;
            case Operation::upsert: plan_upsert(); break;
            case Operation::patch: plan_patch(); break;
            case Operation::remove: plan_remove(); break;
            case Operation::clear: plan_.replace = !state_.table.empty(); break;
            case Operation::expire: break;
        }
        check_size();
        return std::move(plan_);
    }

private:
    void fail(std::size_t row, RowErrorCode code, std::string_view field = {},
              std::string_view place = {}) {
        auto pointer = row_pointer(row);
        if (!place.empty()) (pointer += '/') += place;
        if (!field.empty()) pointer += row_pointer(0, field).substr(2);
        plan_.errors.add({row, std::string(field), std::move(pointer), code});
    }

    /// False, with an error, for a key that the batch had already.
    bool is_first_of_its_key(const Cells& cells, std::size_t row) {
        if (!schema_.keyed()) return true;
        if (keys_.insert(key_text(key_cells(schema_, cells))).second) return true;
        fail(row, duplicate_key);
        return false;
    }
    [[nodiscard]] bool is_too_old(const Cells& cells) const {
        const auto dim = schema_.time();
        const auto* time = dim ? cells[*dim].if_int64() : nullptr;
        return time && *time < birth_limit(schema_, now_);
    }
    void insert(Cells cells) {
        // What the window would take at once never comes in.
        if (!is_too_old(cells)) plan_.rows.push_back({nullptr, std::move(cells), {}});
    }
    void keep_newest() {
        const auto most = schema_.window().rows;
        auto& rows = plan_.rows;
        if (most == 0 || rows.size() <= most) return;
        rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(most));
    }
    void update(const RowRef& existing, Cells cells) {
        DimSet changed;
        for (std::size_t dim = 0; dim < cells.size(); ++dim) {
            if (cells[dim] != existing->cells[dim]) changed.set(dim);
        }
        if (changed.any()) plan_.rows.push_back({existing, std::move(cells), changed});
    }

    void plan_append() {
        for (std::size_t at = 0; at < entry_.rows.size(); ++at) {
            auto row = check_row(schema_, entry_.rows[at], at, plan_.errors);
            if (!row || !is_first_of_its_key(row->cells, at)) continue;
            if (schema_.keyed() && state_.table.find(key_cells(schema_, row->cells))) {
                fail(at, duplicate_key);
                continue;
            }
            insert(std::move(row->cells));
        }
        keep_newest();
    }

    void plan_upsert() {
        if (!schema_.keyed()) return fail(0, keyless);
        for (std::size_t at = 0; at < entry_.rows.size(); ++at) {
            auto row = check_row(schema_, entry_.rows[at], at, plan_.errors);
            if (!row || !is_first_of_its_key(row->cells, at)) continue;
            const auto existing = state_.table.find(key_cells(schema_, row->cells));
            if (!existing) {
                insert(std::move(row->cells));
                continue;
            }
            for (std::size_t dim = 0; dim < row->cells.size(); ++dim) {
                if (!row->present.test(dim)) row->cells[dim] = existing->cells[dim];
            }
            update(existing, std::move(row->cells));
        }
    }

    void plan_replace() {
        for (std::size_t at = 0; at < entry_.rows.size(); ++at) {
            auto row = check_row(schema_, entry_.rows[at], at, plan_.errors);
            if (row && is_first_of_its_key(row->cells, at)) insert(std::move(row->cells));
        }
        keep_newest();
        plan_.replace = true;
        if (schema_.keyed()) {
            reduce_to_difference();
        } else if (is_the_table()) {
            plan_.replace = false;
            plan_.rows.clear();
        }
    }
    [[nodiscard]] bool is_the_table() const {
        if (plan_.rows.size() != state_.table.size()) return false;
        std::size_t at = 0;
        bool same = true;
        state_.table.for_each(
            [&](const RowRef& row) { same = same && row->cells == plan_.rows[at++].cells; });
        return same;
    }
    /// A query that is run again brings the same table with a few changes: they alone go out, unless
    /// rows changed places.
    void reduce_to_difference() {
        std::vector<RowRef> existing;
        existing.reserve(plan_.rows.size());
        for (const auto& row : plan_.rows) {
            existing.push_back(state_.table.find(key_cells(schema_, row.cells)));
        }
        const auto first_new = std::find(existing.begin(), existing.end(), nullptr);
        const bool new_last =
            std::all_of(first_new, existing.end(), [](const RowRef& row) { return !row; });
        const bool in_order =
            std::is_sorted(existing.begin(), first_new,
                           [](const RowRef& a, const RowRef& b) { return a->seq < b->seq; });
        const bool nothing_stays = first_new == existing.begin();
        if (!new_last || !in_order || (nothing_stays && !state_.table.empty())) return;
        if (nothing_stays && plan_.rows.empty()) plan_.replace = false;
        if (nothing_stays) return;

        auto rows = std::exchange(plan_.rows, {});
        boost::unordered_flat_set<std::uint64_t> staying;
        for (std::size_t at = 0; at < rows.size(); ++at) {
            if (!existing[at]) {
                plan_.rows.push_back(std::move(rows[at]));
                continue;
            }
            staying.insert(existing[at]->seq);
            update(existing[at], std::move(rows[at].cells));
        }
        state_.table.for_each([&](const RowRef& row) {
            if (!staying.contains(row->seq)) plan_.removed.push_back(row);
        });
        plan_.replace = false;
    }

    void plan_remove() {
        if (!schema_.keyed()) return fail(0, keyless);
        for (std::size_t at = 0; at < entry_.rows.size(); ++at) {
            const auto key = check_key(schema_, entry_.rows[at], at, plan_.errors);
            if (!key) continue;
            auto existing = state_.table.find(*key);
            if (!existing) {
                if (entry_.rows_must_exist) fail_missing(at);
                continue;
            }
            // Removing a row twice removes it.
            if (keys_.insert(key_text(*key)).second) plan_.removed.push_back(std::move(existing));
        }
    }
    void fail_missing(std::size_t row) {
        if (plan_.errors.empty()) plan_.missing_key = true;
        fail(row, no_such_row);
    }

    void plan_patch() {
        if (!schema_.keyed()) return fail(0, keyless);
        for (std::size_t at = 0; at < entry_.rows.size(); ++at) {
            const auto* patch = entry_.rows[at].if_object();
            if (patch) {
                plan_patch_of_row(*patch, at);
            } else {
                fail(at, not_a_row);
            }
        }
        const auto& errors = plan_.errors.kept();
        // Rows that are not there are the whole story only if nothing else is wrong.
        plan_.missing_key =
            !errors.empty() && std::all_of(errors.begin(), errors.end(), [](const RowError& error) {
                return error.code == no_such_row;
            });
    }
    void plan_patch_of_row(const Object& patch, std::size_t at) {
        for (const auto& [name, value] : patch) {
            if (name != "key" && name != "set" && name != "inc") fail(at, unknown_field, name);
        }
        const auto* key_value = patch.find("key");
        if (!key_value) return fail(at, missing_key, "key");
        const auto key = check_key(schema_, *key_value, at, plan_.errors);
        if (!key || !is_first_of_its_key_text(*key, at)) return;
        const auto existing = state_.table.find(*key);
        if (!existing) return fail(at, no_such_row);
        auto cells = existing->cells;
        patch_cells(patch, "set", at, cells);
        patch_cells(patch, "inc", at, cells);
        update(existing, std::move(cells));
    }
    bool is_first_of_its_key_text(const Cells& key, std::size_t at) {
        if (keys_.insert(key_text(key)).second) return true;
        fail(at, duplicate_key);
        return false;
    }
    void patch_cells(const Object& patch, std::string_view place, std::size_t at, Cells& cells) {
        const auto* values = patch.find(place);
        if (!values) return;
        const auto* members = values->if_object();
        if (!members) return fail(at, wrong_type, place);
        for (const auto& [name, value] : *members) {
            const auto dim = schema_.dim_of(name);
            if (!dim) {
                fail(at, unknown_field, name, place);
            } else if (schema_.in_key(*dim)) {
                fail(at, key_is_fixed, name, place);
            } else {
                const auto type = schema_.fields()[*dim].type;
                auto cell =
                    place == "set" ? check_cell(type, value) : increment(type, cells[*dim], value);
                if (cell) {
                    cells[*dim] = std::move(*cell);
                } else {
                    fail(at, cell.error(), name, place);
                }
            }
        }
    }
    /// A cell that is null counts from 0.
    static CellResult increment(FieldType type, const Value& cell, const Value& by) {
        const auto step = check_cell(type, by);
        if (!step) return step.error();
        if (step->is_null()) return wrong_type;
        if (const auto* number = cell.if_double(); type == FieldType::number) {
            return check_cell(type, (number ? *number : 0.0) + *step->if_double());
        }
        if (type != FieldType::integer && type != FieldType::time) return wrong_type;
        // Both are within 2^53: the sum is one of 64 bits.
        const auto* integer = cell.if_int64();
        return check_cell(type, (integer ? *integer : 0) + *step->if_int64());
    }

    void check_size() {
        const auto inserted = static_cast<std::size_t>(
            std::count_if(plan_.rows.begin(), plan_.rows.end(),
                          [](const PlannedRow& row) { return !row.existing; }));
        const auto before = plan_.replace ? 0 : state_.table.size() - plan_.removed.size();
        auto after = before + inserted;
        if (const auto most = schema_.window().rows; most > 0) after = std::min(after, most);
        if (inserted > 0 && after > schema_.definition().rows_max) fail(0, too_many_rows);
    }

    const DatasetState& state_;
    const Schema& schema_;
    const Entry& entry_;
    std::int64_t now_;
    boost::unordered_flat_set<std::string> keys_;
    Plan plan_;
};

}  // namespace

Plan make_plan(const DatasetState& state, const Entry& entry, std::int64_t now) {
    return Planner(state, entry, now).make();
}

std::int64_t birth_limit(const Schema& schema, std::int64_t now) noexcept {
    const auto age = schema.window().age.count();
    return age == 0 ? INT64_MIN : now - age;
}

}  // namespace chartcast::live
