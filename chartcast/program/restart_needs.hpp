#pragma once
// What a reload cannot change. Any thread.

#include "config/settings.hpp"

#include <string>
#include <vector>

namespace chartcast::program {

/// The keys that differ and take effect with the next start only: "server.listen".
[[nodiscard]] std::vector<std::string> restart_needs(const config::Settings& before,
                                                     const config::Settings& now);

}  // namespace chartcast::program
