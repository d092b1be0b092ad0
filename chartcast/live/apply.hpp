#pragma once
// The one place where a dataset changes. Pure: the same state and entry give the same result on every
// node, whatever the hour. Lives on one shard.

#include "live/dataset_state.hpp"
#include "live/entry.hpp"
#include "live/outcome.hpp"

namespace chartcast::live {

/// Whole or not at all. Decides, in this order: replayed or key_reused, precondition_failed, invalid or
/// missing_key, unchanged, changed; and by that the dataset's next version.
[[nodiscard]] Outcome apply(DatasetState& state, const Entry& entry);

}  // namespace chartcast::live
