#pragma once
// `chartcast push`: rows from standard input to a dataset, a batch at a time. One thread, which waits.

#include "config/command.hpp"

namespace chartcast::cli {

/// The program's exit code: 0 when the server has all rows; 1 when it refused some or was out of reach.
[[nodiscard]] int run(const config::PushCommand& command);

}  // namespace chartcast::cli
