#pragma once
// TCP sockets of 127.0.0.0/8, and the time that programs on one machine share. What fails ends the program.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bench {

/// Non-blocking. Port 0 takes a free one.
[[nodiscard]] int listen_on_loopback(std::uint16_t port);
[[nodiscard]] std::uint16_t port_of(int listener);

/// Connected and non-blocking. The sources of many connections are spread over addresses, since one
/// has only some 28,000 ports to call the same server from.
[[nodiscard]] int connect_to_loopback(std::uint16_t port, std::size_t number);

void send_without_delay(int socket);

/// As many open files as the system lets this process have.
void raise_open_files_limit();

/// CLOCK_MONOTONIC, the same for all processes.
[[nodiscard]] std::uint64_t nanoseconds_now();

/// Says what failed and errno's reason on stderr and ends the program with status 1.
[[noreturn]] void fail(std::string_view what);

}  // namespace bench
