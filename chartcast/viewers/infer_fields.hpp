#pragma once
// The fields of a dataset that declares none, learnt from its first batch. Pure; any thread.

#include "live/field.hpp"
#include <socketio/value.hpp>

#include <vector>

namespace chartcast::viewers {

/// Of a list of objects: numbers become `number`, texts `string`, true and false `boolean`, and what is of
/// several kinds, or nested, `json`. A field that is null everywhere is `json`. Empty when the rows are no
/// objects, or have more fields than a dataset may.
[[nodiscard]] std::vector<live::Field> infer_fields(const socketio::Array& rows);

}  // namespace chartcast::viewers
