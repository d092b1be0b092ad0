#pragma once
// `chartcast emit`: an event to the browsers of all nodes, through Redis. One thread.

#include "config/command.hpp"

namespace chartcast::cli {

/// The program's exit code: 0 when Redis has the event.
[[nodiscard]] int run(const config::EmitCommand& command);

}  // namespace chartcast::cli
