#include "store/log_walk.hpp"

#include "live/apply.hpp"
#include "store/codec/image.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::store {

std::vector<SnapshotMark> snapshots_of(Connection& connection, std::int64_t dataset) {
    Statement statement(connection,
                        "SELECT n, v, ts, schema FROM snapshots WHERE dataset = ? ORDER BY n");
    std::vector<SnapshotMark> marks;
    statement.bind(dataset);
    while (statement.step()) {
        marks.push_back({static_cast<std::uint64_t>(statement.number(0)),
                         static_cast<std::uint64_t>(statement.number(1)), statement.number(2),
                         statement.number(3)});
    }
    return marks;
}

std::shared_ptr<const live::Schema> read_schema(Connection& connection, std::int64_t id) {
    Statement statement(connection, "SELECT data FROM schemas WHERE id = ?");
    if (!statement.bind(id).step()) return nullptr;
    auto schema = decode_schema(ByteReader(statement.bytes(0)));
    return schema ? std::make_shared<const live::Schema>(*std::move(schema)) : nullptr;
}

std::optional<Snapshot> read_snapshot(Connection& connection, std::int64_t dataset,
                                      const SnapshotMark& mark) {
    Snapshot snapshot{read_schema(connection, mark.schema), {}};
    if (!snapshot.schema) return std::nullopt;
    Statement parts(connection,
                    "SELECT data FROM snapshot_parts WHERE dataset = ? AND n = ? ORDER BY part");
    parts.bind(dataset, mark.n);
    ImageReader reader(*snapshot.schema);
    while (parts.step()) {
        if (!reader.add(ByteReader(parts.bytes(0)))) return std::nullopt;
    }
    auto image = reader.finish();
    if (!image || image->position.v != mark.v) return std::nullopt;
    snapshot.image = *std::move(image);
    return snapshot;
}

LogWalk::LogWalk(Connection& connection, std::int64_t dataset, std::vector<SnapshotMark> snapshots)
    : connection_(connection),
      dataset_(dataset),
      snapshots_(std::move(snapshots)),
      entries_(connection, "SELECT n, data FROM entries WHERE dataset = ? AND n > ? ORDER BY n") {}

bool LogWalk::start(std::size_t snapshot) {
    auto read = read_snapshot(connection_, dataset_, snapshots_.at(snapshot));
    if (!read) return false;
    take(*std::move(read), snapshot);
    return true;
}

void LogWalk::take(Snapshot snapshot, std::size_t at) {
    // The same schema is the same object, so that readers see where it changes.
    const auto schema = snapshots_[at].schema;
    if (!schema_ || std::exchange(schema_id_, schema) != schema) {
        schema_ = std::move(snapshot.schema);
        schema_id_ = schema;
    }
    state_ = std::make_unique<live::DatasetState>(*schema_, snapshot.image);
    n_ = snapshots_[at].n;
    next_snapshot_ = at + 1;
    entries_.bind(dataset_, n_);
    at_end_ = false;
}

LogWalk::Step LogWalk::next() {
    if (at_end_) return Step::end;
    if (!continues_at_snapshot()) return jump();
    if (!entries_.step()) return jump();
    const auto n = static_cast<std::uint64_t>(entries_.number(0));
    if (n != n_ + 1) return damaged("record " + std::to_string(n_ + 1) + " is missing");
    const auto record = decode_record(ByteReader(entries_.bytes(1)));
    if (!record) return damaged("record " + std::to_string(n) + " is damaged");
    return apply(*record);
}

/// Where a snapshot lies on the way it usually is the state that the walk has.
bool LogWalk::continues_at_snapshot() {
    if (next_snapshot_ == snapshots_.size() || snapshots_[next_snapshot_].n != n_) return true;
    Statement head(connection_,
                   "SELECT data FROM snapshot_parts WHERE dataset = ? AND n = ? AND part = 0");
    if (!head.bind(dataset_, n_).step()) return true;
    const auto position = image_position(ByteReader(head.bytes(0)));
    if (position && *position != state_->position) return false;
    ++next_snapshot_;
    return true;
}

LogWalk::Step LogWalk::jump() {
    for (; next_snapshot_ < snapshots_.size(); ++next_snapshot_) {
        const auto& mark = snapshots_[next_snapshot_];
        if (mark.ts > ts_end_) break;
        auto snapshot = read_snapshot(connection_, dataset_, mark);
        if (!snapshot) continue;
        const auto before = state_->position.v;
        take(*std::move(snapshot), next_snapshot_);
        delta_ = {};
        delta_.from = std::min(before, mark.v);
        delta_.to = mark.v;
        delta_.ts = mark.ts;
        delta_.batches = std::max<std::uint64_t>(1, delta_.to - delta_.from);
        state_->table.for_each(
            [rows = &delta_.replace.emplace()](const live::RowRef& row) { rows->push_back(row); });
        return Step::jumped;
    }
    at_end_ = true;
    return Step::end;
}

LogWalk::Step LogWalk::apply(const LogRecord& record) {
    const auto n = n_ + 1;
    if (!record.entry) {
        if (record.position.v != state_->position.v) {
            return damaged("record " + std::to_string(n) + " does not follow");
        }
        state_->position = record.position;
        n_ = n;
        return Step::unchanged;
    }
    if (std::max(record.entry->ts, state_->clock) > ts_end_) {
        at_end_ = true;
        return Step::end;
    }
    if (record.position.v > state_->position.v + 1) {
        return damaged("record " + std::to_string(n) + " does not follow");
    }
    auto outcome = live::apply(*state_, *record.entry);
    const bool changed = outcome.verdict == live::Verdict::changed;
    if (changed ? record.position != state_->position : record.position.v > state_->position.v) {
        // Whoever wrote it had another state, so what was made of it is not what was shown.
        return damaged("record " + std::to_string(n) + " led elsewhere");
    }
    n_ = n;
    delta_ = std::move(outcome.delta);
    return changed ? Step::changed : Step::unchanged;
}

LogWalk::Step LogWalk::damaged(std::string why) {
    damage_ = std::move(why);
    return jump();
}

}  // namespace chartcast::store
