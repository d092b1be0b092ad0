#pragma once
// `chartcast check`: whether a configuration is good. One thread.

#include "config/command.hpp"

namespace chartcast::cli {

/// Prints what it found; the program's exit code: 0, or 1 when serve would not start.
[[nodiscard]] int run(const config::CheckCommand& command);

}  // namespace chartcast::cli
