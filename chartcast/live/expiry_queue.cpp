#include "live/expiry_queue.hpp"

#include <algorithm>

namespace chartcast::live {

std::int64_t born(const Schema& schema, const Row& row) noexcept {
    if (const auto dim = schema.time()) {
        if (const auto* time = row.cells[*dim].if_int64()) return *time;
    }
    return row.arrived;
}

void ExpiryQueue::add(const Schema& schema, const Row& row) {
    heap_.push_back({born(schema, row), row.seq});
    std::push_heap(heap_.begin(), heap_.end(), later);
}

std::vector<RowRef> ExpiryQueue::take(const Schema& schema, const RowTable& table,
                                      std::int64_t limit) {
    std::vector<RowRef> expired;
    while (!heap_.empty() && heap_.front().time < limit) {
        const auto birth = heap_.front();
        std::pop_heap(heap_.begin(), heap_.end(), later);
        heap_.pop_back();
        auto row = table.by_seq(birth.seq);
        // A row that left, or was given another time and is known by that too.
        if (!row || born(schema, *row) != birth.time) continue;
        expired.push_back(std::move(row));
    }
    std::sort(expired.begin(), expired.end(),
              [](const RowRef& a, const RowRef& b) { return a->seq < b->seq; });
    // A row whose time went away and came back is in the heap twice.
    expired.erase(std::unique(expired.begin(), expired.end()), expired.end());
    return expired;
}

std::int64_t ExpiryQueue::oldest() const noexcept {
    return heap_.empty() ? INT64_MAX : heap_.front().time;
}

void ExpiryQueue::tidy(const Schema& schema, const RowTable& table) {
    constexpr std::size_t strays_allowed = 64;
    if (heap_.size() <= 2 * table.size() + strays_allowed) return;
    heap_.clear();
    table.for_each([&](const RowRef& row) { heap_.push_back({born(schema, *row), row->seq}); });
    std::make_heap(heap_.begin(), heap_.end(), later);
}

}  // namespace chartcast::live
