#pragma once
// What became of an entry. Any thread.

#include "live/delta.hpp"
#include "live/position.hpp"
#include "live/row_error.hpp"

#include <cstddef>
#include <cstdint>

namespace chartcast::live {

enum class Verdict : std::uint8_t {
    changed,              ///< A new version.
    unchanged,            ///< Everything was so already: no version, nothing to push.
    replayed,             ///< The key was used for the same body: the answer is the one of then.
    invalid,              ///< `errors` says why; nothing changed.
    missing_key,          ///< A row that has to be there is not; nothing changed.
    precondition_failed,  ///< The dataset is elsewhere than `if_match`; nothing changed.
    key_reused,           ///< The key was used for another body; nothing changed.
};

struct Outcome {
    Verdict verdict = Verdict::unchanged;
    /// Where the dataset is now; for a replay, where it was then.
    Position position;
    /// Of a replay, too: whether the batch changed anything then.
    bool changed = false;
    /// How many rows the request had.
    std::size_t rows = 0;
    /// Empty but for `changed`.
    Delta delta;
    /// Empty but for `invalid` and `missing_key`.
    RowErrors errors;
};

}  // namespace chartcast::live
