#pragma once
// Names that tell the servers and questions of a cluster apart. Any thread.

#include <string>

namespace socketio::cluster {

/// Six characters of A-Za-z0-9_-, as the classic adapter's: 36 bits, enough that two of a thousand servers meet
/// once in 130,000 clusters.
[[nodiscard]] std::string short_uid();
/// Sixteen hexadecimal digits, as the newer adapters'.
[[nodiscard]] std::string hex_uid();

}  // namespace socketio::cluster
