#pragma once
// What another process has used, as the kernel counts it. What cannot be read ends the program.

#include <cstdint>

#include <sys/types.h>

namespace bench {

/// User and system time of all its threads, in nanoseconds. Exact while they sleep; a running thread's
/// share is behind by up to a tick.
[[nodiscard]] std::uint64_t cpu_nanoseconds_of(pid_t process);

/// Memory that it has touched and that no file backs: its heap and stacks. No socket buffers, which are
/// the kernel's.
[[nodiscard]] std::uint64_t anonymous_bytes_of(pid_t process);

}  // namespace bench
