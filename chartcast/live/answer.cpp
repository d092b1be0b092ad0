#include "live/answer.hpp"

#include "live/downsample.hpp"
#include "live/value_hash.hpp"
#include "live/wire_ops.hpp"

#include <utility>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;

Array dims(const Schema& schema) {
    Array names;
    names.reserve(schema.fields().size());
    for (const auto& field : schema.fields()) names.emplace_back(field.name);
    return names;
}

Array key(const Schema& schema) {
    Array places;
    for (const auto dim : schema.key()) places.emplace_back(dim);
    return places;
}

}  // namespace

std::vector<RowRef> visible_rows(const DatasetState& state, const AccessSet& access) {
    std::vector<RowRef> rows;
    state.table.for_each([&](const RowRef& row) {
        if (access.sees(state.schema, *row)) rows.push_back(row);
    });
    return rows;
}

std::vector<RowRef> drawn_rows(const DatasetState& state, const AccessSet& access) {
    auto rows = visible_rows(state, access);
    const auto& how = state.schema.definition().downsample;
    return how ? downsample(state.schema, *how, rows) : rows;
}

Object dataset_snapshot(const DatasetState& state, const AccessSet& access) {
    const auto rows = drawn_rows(state, access);
    Object snapshot{{"epoch", access.epoch(state.position.epoch)},
                    {"v", state.position.v},
                    {"dims", dims(state.schema)}};
    if (state.schema.keyed()) snapshot.append("key", key(state.schema));
    snapshot.append("seq", wire_seq(rows));
    snapshot.append("rows", wire_rows(rows));
    return snapshot;
}

std::optional<Object> dataset_changes(const DatasetState& state, const Delta& delta,
                                      const AccessSet& access) {
    auto ops = wire_ops(state.schema, delta, access);
    if (!ops.empty() && state.schema.definition().downsample) return std::nullopt;
    // Short ones are not worth a walk over the rows.
    constexpr std::size_t always_sent = 256;
    const auto bytes = json_bytes(ops);
    if (bytes > always_sent && bytes > state.table.bytes(access) + always_sent) return std::nullopt;
    return Object{{"epoch", access.epoch(state.position.epoch)},
                  {"from", delta.from},
                  {"to", delta.to},
                  {"ops", std::move(ops)}};
}

Object dataset_replacement(const DatasetState& state, const Delta& delta, const AccessSet& access) {
    const auto rows = drawn_rows(state, access);
    return Object{{"epoch", access.epoch(state.position.epoch)},
                  {"from", delta.from},
                  {"to", delta.to},
                  {"ops", Array{Array{"replace", wire_rows(rows), wire_seq(rows)}}}};
}

ResumeAnswer resume_dataset(const DatasetState& state, const ResumeRing& ring, const Position& seen,
                            const AccessSet& access) {
    const Position now{access.epoch(state.position.epoch), state.position.v};
    if (const auto missed = ring.since(state.schema, now, seen)) {
        if (auto changes = dataset_changes(state, *missed, access))
            return {*std::move(changes), true};
    }
    return {dataset_snapshot(state, access), false};
}

}  // namespace chartcast::live
