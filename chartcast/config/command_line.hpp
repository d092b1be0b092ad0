#pragma once
// The command line: arguments and environment in, a checked command out. The only file that knows CLI11 is
// this header's .cpp. Before start-up only.

#include "config/command.hpp"

namespace chartcast::config {

[[nodiscard]] Command parse_command_line(int argc, const char* const* argv);

}  // namespace chartcast::config
