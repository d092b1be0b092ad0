#pragma once
// Random texts from the kernel. Any thread.

#include <cstddef>
#include <string>

namespace chartcast::cli {

/// Two hex digits for each byte.
[[nodiscard]] std::string random_hex(std::size_t bytes);

}  // namespace chartcast::cli
