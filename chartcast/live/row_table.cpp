#include "live/row_table.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::live {
namespace {

constexpr std::size_t holes_allowed = 64;

}  // namespace

std::size_t RowTable::KeyHash::operator()(Place place) const {
    const auto& row = table->row_at(place);
    std::uint64_t hash = 0;
    for (const auto dim : table->schema_.key()) hash = stable_hash(row.cells[dim], hash);
    return hash;
}

std::size_t RowTable::KeyHash::operator()(const Cells& key) const {
    std::uint64_t hash = 0;
    for (const auto& cell : key) hash = stable_hash(cell, hash);
    return hash;
}

bool RowTable::KeyEqual::operator()(const Cells& key, Place place) const {
    const auto& row = table->row_at(place);
    const auto& dims = table->schema_.key();
    for (std::size_t at = 0; at < dims.size(); ++at) {
        if (key[at] != row.cells[dims[at]]) return false;
    }
    return true;
}

RowTable::RowTable(const Schema& schema)
    : schema_(schema), index_(0, KeyHash{this}, KeyEqual{this}) {}

std::size_t RowTable::bytes(const AccessSet& access) const {
    if (access.sees_all()) return total_.bytes;
    std::size_t bytes = 0;
    for (const auto& value : access.values()) {
        const auto found = partitions_.find(value);
        if (found != partitions_.end()) bytes += found->second.bytes;
    }
    return bytes;
}

RowRef RowTable::find(const Cells& key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? RowRef() : slots_[*found - base_];
}

RowRef RowTable::by_seq(std::uint64_t seq) const {
    const auto slot = slot_of_seq(seq);
    return slot < slots_.size() ? slots_[slot] : RowRef();
}

void RowTable::append(RowRef row) {
    count(*row, true);
    const Place place = base_ + slots_.size();
    slots_.push_back(std::move(row));
    if (schema_.keyed()) index_.insert(place);
}

void RowTable::replace(const Row& old, RowRef row) {
    const auto slot = slot_of(old);
    count(old, false);
    count(*row, true);
    slots_[slot] = std::move(row);
}

void RowTable::remove(const Row& row) {
    const auto slot = slot_of(row);
    if (schema_.keyed()) index_.erase(base_ + slot);
    // The argument may be held by the slot alone.
    const auto leaving = std::exchange(slots_[slot], nullptr);
    count(*leaving, false);
    while (head_ < slots_.size() && !slots_[head_]) ++head_;
    if (slots_.size() > 2 * total_.rows + holes_allowed) close_holes();
}

void RowTable::clear() {
    index_.clear();
    base_ += slots_.size();
    slots_.clear();
    head_ = 0;
    total_ = {};
    partitions_.clear();
}

std::size_t RowTable::slot_of_seq(std::uint64_t seq) const {
    // Holes have no seq: the search steps over them to the next row on the right.
    auto low = head_;
    auto high = slots_.size();
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        auto at = middle;
        while (at < high && !slots_[at]) ++at;
        if (at == high) {
            high = middle;
        } else if (slots_[at]->seq == seq) {
            return at;
        } else if (slots_[at]->seq < seq) {
            low = at + 1;
        } else {
            high = middle;
        }
    }
    return slots_.size();
}

std::size_t RowTable::slot_of(const Row& row) const {
    if (!schema_.keyed()) return slot_of_seq(row.seq);
    return *index_.find(key_cells(schema_, row.cells)) - base_;
}

void RowTable::count(const Row& row, bool added) {
    const auto change = [&row, added](Size& size) {
        if (added) {
            ++size.rows;
            size.bytes += row.bytes;
        } else {
            --size.rows;
            size.bytes -= row.bytes;
        }
    };
    change(total_);
    if (!schema_.access()) return;
    const auto found = partitions_.try_emplace(access_value(schema_, row)).first;
    change(found->second);
    if (found->second.rows == 0) partitions_.erase(found);
}

void RowTable::close_holes() {
    index_.clear();
    base_ += slots_.size();
    slots_.erase(std::remove(slots_.begin(), slots_.end(), nullptr), slots_.end());
    head_ = 0;
    if (!schema_.keyed()) return;
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) index_.insert(base_ + slot);
}

}  // namespace chartcast::live
