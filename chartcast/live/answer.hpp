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

/// `{epoch, from, to, ops}`. Nothing when the rows themselves are to be sent: where the ops would be longer,
/// and of a dataset whose rows are thinned out, since a change then moves other rows in and out.
[[nodiscard]] std::optional<socketio::Object> dataset_changes(const DatasetState& state,
                                                              const Delta& delta,
                                                              const AccessSet& access);

/// The same with one op, which replaces the table. REQUIRES: the delta ends at the state's version.
[[nodiscard]] socketio::Object dataset_replacement(const DatasetState& state, const Delta& delta,
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
/// Of these, what is drawn: thinned out where the dataset says so.
[[nodiscard]] std::vector<RowRef> drawn_rows(const DatasetState& state, const AccessSet& access);

}  // namespace chartcast::live
