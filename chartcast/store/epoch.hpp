#pragma once
// Names of epochs. Any thread.

#include <string>

namespace chartcast::store {

/// Six random letters and digits.
[[nodiscard]] std::string random_epoch();

}  // namespace chartcast::store
