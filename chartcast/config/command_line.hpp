#pragma once
// The command line: flags and environment in, a checked Config out. The only file that knows CLI11 is
// this header's .cpp. Before start-up only.

#include "config/config.hpp"

#include <string>
#include <variant>

namespace chartcast::config {

/// The program has said what there was to say: --help, --version, or a mistake.
struct Exit {
    /// 0 goes to standard output, everything else to standard error.
    int code = 0;
    std::string text;
};

[[nodiscard]] std::variant<Config, Exit> parse_command_line(int argc, const char* const* argv);

}  // namespace chartcast::config
