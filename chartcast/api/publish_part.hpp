#pragma once
// One element of POST /api/v1/publish, read and not judged yet. Pure; any thread.

#include "api/problem.hpp"
#include "live/entry.hpp"
#include "live/position.hpp"
#include <socketio/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace chartcast::api {

struct PublishPart {
    static constexpr std::size_t count_max = 100;

    /// Of a dataset, or of a chart.
    std::string id;
    bool is_chart = false;
    /// Nothing: upsert where the dataset has a key, else append.
    std::optional<live::Operation> operation;
    socketio::Array rows;
    /// Of a chart: its option, or a merge patch.
    socketio::Value option;
    bool is_patch = false;
    std::optional<live::Position> if_match;
};

/// `{dataset, op?, rows?, if_match?}` and `{chart, option | patch, if_match?}`; a problem says which `part`.
[[nodiscard]] Checked<std::vector<PublishPart>> parts_of(socketio::Value body);

}  // namespace chartcast::api
