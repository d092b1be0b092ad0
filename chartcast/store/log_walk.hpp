#pragma once
// One dataset's log, walked from a snapshot on: every record through live::apply(), as it was when it was
// new. Lives on the thread of its connection.
//
//   snapshot n=0 | 1 2 3 4 | snapshot n=4 | 5 6  . . . | snapshot n=9 | 10
//                                               ^ missing or damaged: the walk jumps to n=9
//
// Records count up by one. Where one is missing, or cannot be what was written, the state after it is
// unknown until the next snapshot.

#include "live/dataset_state.hpp"
#include "live/delta.hpp"
#include "live/schema.hpp"
#include "store/codec/record.hpp"
#include "store/sqlite.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chartcast::store {

struct SnapshotMark {
    std::uint64_t n = 0;
    std::uint64_t v = 0;
    std::int64_t ts = 0;
    std::int64_t schema = 0;
};

/// The oldest first.
[[nodiscard]] std::vector<SnapshotMark> snapshots_of(Connection& connection, std::int64_t dataset);

struct Snapshot {
    std::shared_ptr<const live::Schema> schema;
    live::DatasetImage image;
};
/// Nothing when it is damaged.
[[nodiscard]] std::optional<Snapshot> read_snapshot(Connection& connection, std::int64_t dataset,
                                                    const SnapshotMark& mark);
/// nullptr when it is missing or damaged.
[[nodiscard]] std::shared_ptr<const live::Schema> read_schema(Connection& connection,
                                                              std::int64_t id);

class LogWalk {
public:
    /// The snapshots of the dataset, as snapshots_of() gave them.
    LogWalk(Connection& connection, std::int64_t dataset, std::vector<SnapshotMark> snapshots);

    /// False when that snapshot is damaged; another may be tried.
    [[nodiscard]] bool start(std::size_t snapshot);
    /// The walk ends before what is younger.
    void end_before(std::int64_t ts) { ts_end_ = ts; }

    enum class Step : std::uint8_t {
        changed,    ///< delta() says what.
        unchanged,  ///< A record that made no version.
        jumped,     ///< On to a later snapshot; delta() is the whole table.
        end,
    };
    [[nodiscard]] Step next();

    [[nodiscard]] live::DatasetState& state() noexcept { return *state_; }
    [[nodiscard]] const std::shared_ptr<const live::Schema>& schema() const noexcept {
        return schema_;
    }
    [[nodiscard]] live::Delta take_delta() noexcept { return std::move(delta_); }
    /// The number of the last record that counts.
    [[nodiscard]] std::uint64_t n() const noexcept { return n_; }
    /// Why the walk ended or jumped, when a record was damaged or missing.
    [[nodiscard]] const std::string& damage() const noexcept { return damage_; }

private:
    void take(Snapshot snapshot, std::size_t at);
    [[nodiscard]] Step jump();
    [[nodiscard]] bool continues_at_snapshot();
    [[nodiscard]] Step apply(const LogRecord& record);
    [[nodiscard]] Step damaged(std::string why);

    Connection& connection_;
    std::int64_t dataset_;
    std::vector<SnapshotMark> snapshots_;
    /// The next that the walk has not come to.
    std::size_t next_snapshot_ = 0;
    Statement entries_;
    std::shared_ptr<const live::Schema> schema_;
    std::int64_t schema_id_ = 0;
    std::unique_ptr<live::DatasetState> state_;
    live::Delta delta_;
    std::uint64_t n_ = 0;
    std::int64_t ts_end_ = std::numeric_limits<std::int64_t>::max();
    std::string damage_;
    bool at_end_ = false;
};

}  // namespace chartcast::store
