#pragma once
// Names of epochs. Any thread.

#include <string>

namespace chartcast::viewers {

/// Six characters of the system's random source: two epochs of one dataset never meet.
[[nodiscard]] std::string new_epoch();

}  // namespace chartcast::viewers
