#pragma once
// The process and its surroundings: how many files it may open, and what the service manager is told. Any
// thread.

#include <cstddef>
#include <string>

namespace chartcast::ops {

/// As many files as the system lets this process have: each viewer is one. Returns how many that is.
std::size_t raise_open_files();

/// To systemd, when it started us (sd_notify(3)): "READY=1", "STOPPING=1", "STATUS=...".
void notify_service_manager(const std::string& state);

}  // namespace chartcast::ops
