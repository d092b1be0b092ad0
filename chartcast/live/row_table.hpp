#pragma once
// The rows of a dataset in the order of their sequence numbers, found by key. Everything but a walk takes
// constant time, amortised; `by_seq` a binary search. Lives on one shard.
//
// A row that leaves makes a hole, so that the places of the others stay; holes are closed when they
// outnumber the rows. The index holds places only and compares keys through them: 8 bytes a row.

#include "live/row.hpp"
#include "live/row_access.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <vector>

namespace chartcast::live {

class RowTable {
public:
    explicit RowTable(const Schema& schema);
    // The index knows the table by its address.
    RowTable(const RowTable&) = delete;
    RowTable& operator=(const RowTable&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return total_.rows; }
    [[nodiscard]] bool empty() const noexcept { return total_.rows == 0; }
    /// About how long the rows that the set sees are as JSON.
    [[nodiscard]] std::size_t bytes(const AccessSet& access) const;

    /// Empty when there is none.
    [[nodiscard]] RowRef find(const Cells& key) const;
    [[nodiscard]] RowRef by_seq(std::uint64_t seq) const;
    /// The oldest. REQUIRES: not empty.
    [[nodiscard]] const RowRef& front() const noexcept { return slots_[head_]; }

    /// REQUIRES: its seq is higher than any before, and its key is not in the table.
    void append(RowRef row);
    /// Puts a newer version of `old` in its place. REQUIRES: the same seq and key.
    void replace(const Row& old, RowRef row);
    /// REQUIRES: the row is in the table.
    void remove(const Row& row);
    void clear();

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (auto at = head_; at < slots_.size(); ++at) {
            if (slots_[at]) visit(slots_[at]);
        }
    }

private:
    using Place = std::uint64_t;
    struct Size {
        std::size_t rows = 0;
        std::size_t bytes = 0;
    };
    struct KeyHash {
        using is_transparent = void;
        using is_avalanching = void;
        const RowTable* table;
        std::size_t operator()(Place place) const;
        std::size_t operator()(const Cells& key) const;
    };
    struct KeyEqual {
        using is_transparent = void;
        const RowTable* table;
        bool operator()(Place a, Place b) const noexcept { return a == b; }
        bool operator()(const Cells& key, Place place) const;
        bool operator()(Place place, const Cells& key) const { return (*this)(key, place); }
    };

    [[nodiscard]] const Row& row_at(Place place) const { return *slots_[place - base_]; }
    [[nodiscard]] std::size_t slot_of_seq(std::uint64_t seq) const;
    [[nodiscard]] std::size_t slot_of(const Row& row) const;
    void count(const Row& row, bool added);
    void close_holes();

    const Schema& schema_;
    /// Empty ones are holes.
    std::vector<RowRef> slots_;
    /// No row lies before it; the slot itself is no hole unless the table is empty.
    std::size_t head_ = 0;
    /// The place of the first slot. Places only count up, so that closing holes cannot confuse them.
    Place base_ = 0;
    boost::unordered_flat_set<Place, KeyHash, KeyEqual> index_;
    Size total_;
    boost::unordered_flat_map<socketio::Value, Size, ValueHash> partitions_;
};

}  // namespace chartcast::live
