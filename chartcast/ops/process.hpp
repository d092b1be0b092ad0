#pragma once
// The process and its surroundings: how many files it may open, and what the service manager is told. Any
// thread.

#include <cstddef>
#include <string>

namespace chartcast::ops {

/// As many files as the system lets this process have: each viewer is one. Returns how many that is.
std::size_t raise_open_files();

/// A file that may grow no more (`ulimit -f`) becomes an error of the write, as a full disk is, and no
/// longer the end of the process.
void survive_file_size_limit();

/// To systemd, when it started us (sd_notify(3)): "READY=1", "STOPPING=1", "STATUS=...".
void notify_service_manager(const std::string& state);

}  // namespace chartcast::ops
