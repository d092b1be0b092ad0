#pragma once
// What an operator is told when Redis refuses what an emitter sends. Any thread.

#include "socketio/emitter.hpp"

#include <string>
#include <string_view>

namespace socketio::cluster {

/// Redis's own words (redis::Reply::text() of the error) and, where that is known, what to do about them.
[[nodiscard]] std::string emitter_refusal(std::string_view words, const EmitterOptions& options);

}  // namespace socketio::cluster
