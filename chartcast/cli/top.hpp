#pragma once
// `chartcast top`: the metrics of a running server, once a second. One thread, which waits.

#include "config/command.hpp"

namespace chartcast::cli {

/// Until it is interrupted; 1 when the server cannot be reached at first.
[[nodiscard]] int run(const config::TopCommand& command);

}  // namespace chartcast::cli
