#pragma once
// Everything that a dataset is: a prefix of its entries, applied. live::apply() alone changes it, so two
// nodes with the same entries have the same state. Lives on one shard, the dataset's owner.

#include "live/expiry_queue.hpp"
#include "live/idempotency_window.hpp"
#include "live/position.hpp"
#include "live/row_table.hpp"
#include "live/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chartcast::live {

/// A state as it is written to disk and read again.
struct DatasetImage {
    Position position;
    std::uint64_t next_seq = 0;
    std::int64_t clock = 0;
    std::vector<RowRef> rows;
    std::vector<RememberedResult> results;
};

struct DatasetState {
    DatasetState(Schema its_schema, std::string epoch)
        : schema(std::move(its_schema)), position{std::move(epoch), 0}, table(schema) {}
    /// REQUIRES: an image of a dataset with this schema.
    DatasetState(Schema its_schema, const DatasetImage& image);

    [[nodiscard]] DatasetImage image() const;
    /// The earliest `ts` at which an `expire` entry finds something to do; nothing when none ever will.
    /// May be too early where a row left or changed its time.
    [[nodiscard]] std::optional<std::int64_t> expires_at() const;

    const Schema schema;
    Position position;
    RowTable table;
    std::uint64_t next_seq = 0;
    /// The time of the last batch. Entries of several nodes may come a little out of order; it never
    /// goes back.
    std::int64_t clock = 0;
    IdempotencyWindow results;
    /// Used only when ages count from a field.
    ExpiryQueue births;
};

}  // namespace chartcast::live
