#pragma once
// `chartcast hash-key`: API keys, and what of them a configuration may hold. One thread.

#include "config/command.hpp"

namespace chartcast::cli {

[[nodiscard]] int run(const config::HashKeyCommand& command);

}  // namespace chartcast::cli
