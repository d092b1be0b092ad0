#pragma once
// What `chartcast emit` is given beside its command line: files, standard input, lines. One thread.

#include "config/command.hpp"
#include <socketio/value.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chartcast::cli {

struct EmitProblem {
    std::string text;
};

/// The arguments' values. Reads files, and standard input where an argument is `-`.
[[nodiscard]] std::variant<socketio::Args, EmitProblem> read_arguments(
    const std::vector<config::EmitArgument>& arguments);

struct LineEvent {
    std::string event;
    socketio::Args arguments;
};

/// A line as an event: its last argument, behind `first`; or when `event` is empty all of it, as in
/// `["event", argument, ...]`. Pure.
[[nodiscard]] std::variant<LineEvent, EmitProblem> read_line_event(std::string_view line,
                                                                   const std::string& event,
                                                                   const socketio::Args& first);

}  // namespace chartcast::cli
