#pragma once
// A chart's state as JSON text, `{"v":3,"ts":1700000000000,"option":{...}}`: what nodes share through
// Redis. The text may have been written by anybody, so reading it is bounded and may fail. Any thread.

#include "live/chart_state.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace chartcast::live {

/// Larger texts are refused: everything that is read here is kept in memory and sent to every viewer.
inline constexpr std::size_t state_bytes_max = 1024 * 1024;

[[nodiscard]] std::string to_json(const ChartState& state);

/// An option, or any value without binary, as JSON text.
[[nodiscard]] std::string to_json(const socketio::Value& value);

/// Nothing when the text is no state: broken JSON, nested deeper than 32, a member missing or of
/// another type, an option that is no object.
[[nodiscard]] std::optional<ChartState> parse_state(std::string_view text);

}  // namespace chartcast::live
