#pragma once
// `chartcast emit` as it was typed, and what of it makes sense together. Before start-up only.

#include "config/command.hpp"

#include <string>
#include <vector>

namespace chartcast::config {

struct EmitWords {
    /// What needs no checking is written there at once.
    EmitCommand command;
    /// Arguments of the event.
    std::vector<std::string> arguments;
    std::vector<std::string> join;
    std::vector<std::string> leave;
    bool disconnect = false;
};

/// CLI11 takes `[a,b]` apart where an option may have several values, and JSON begins like that: such a word
/// of the command line gets a space in front, which checked_emit() takes away.
void guard_brackets(std::vector<std::string>& words);

/// Throws ConfigError; its text never repeats the URL, which may hold a password.
[[nodiscard]] EmitCommand checked_emit(EmitWords words);

}  // namespace chartcast::config
