#pragma once
// What a set of viewers is sent of a dataset: the rows, or what changed, whichever is shorter. Any thread,
// as long as the state does not change.

#include "live/dataset_state.hpp"
#include "live/delta.hpp"
#include "live/resume_ring.hpp"
#include "live/row_access.hpp"
#include <socketio/value.hpp>

#include <optional>

namespace chartcast::live {

/// `{epoch, v, dims, key, seq, rows}`; `key` lists the places of the key's fields in `dims`, and is left out
/// when there is no key.
[[nodiscard]] socketio::Object dataset_snapshot(const DatasetState& state, const AccessSet& access);

/// `{epoch, from, to, ops}`. Nothing when the ops are longer than the snapshot would be.
[[nodiscard]] std::optional<socketio::Object> dataset_changes(const DatasetState& state,
                                                              const Delta& delta,
                                                              const AccessSet& access);

/// The answer to a viewer who saw `seen`, and whether it needed no rows.
struct ResumeAnswer {
    socketio::Object body;
    bool recovered = false;
};
[[nodiscard]] ResumeAnswer resume_dataset(const DatasetState& state, const ResumeRing& ring,
                                          const Position& seen, const AccessSet& access);

/// All that the set sees, in order.
[[nodiscard]] std::vector<RowRef> visible_rows(const DatasetState& state, const AccessSet& access);

}  // namespace chartcast::live
