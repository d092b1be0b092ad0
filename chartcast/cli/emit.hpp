#pragma once
// `chartcast emit`: events to the browsers of all nodes, or what becomes of their sockets, through Redis. One thread.

#include "config/command.hpp"

namespace chartcast::cli {

/// The program's exit code: 0 when Redis has everything, 1 when it has not, 2 for a mistake of the caller's.
[[nodiscard]] int run(const config::EmitCommand& command);

}  // namespace chartcast::cli
