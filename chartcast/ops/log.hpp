#pragma once
// The program's log: one line for one fact, `time level event key=value ...`, to standard error. Any thread.

#include <socketio/options.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chartcast::ops {

using Fields = std::vector<std::pair<std::string_view, std::string>>;

/// Once, before anything logs. Facts below the level are not written.
void start_log(socketio::LogLevel level);

/// `event` is a few words that never change; what it happened to goes into the fields.
void log(socketio::LogLevel level, std::string_view event, const Fields& fields = {});

/// What the Socket.IO library and its adapters tell goes into the same log.
[[nodiscard]] std::function<void(const socketio::LogEvent&)> library_logger();

/// The text after time and level. Values from outside cannot break out of their line or field: what
/// is not plain is quoted, control characters become \xNN, and long values are cut.
[[nodiscard]] std::string log_line(std::string_view event, const Fields& fields);

}  // namespace chartcast::ops
