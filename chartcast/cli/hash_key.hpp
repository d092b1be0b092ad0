#pragma once
// `chartcast hash-key`: API keys, and what of them a configuration may hold. One thread.

#include "config/command.hpp"

#include <string>
#include <string_view>

namespace chartcast::cli {

/// "sha256:" and the hex digits, as auth.api_keys takes it.
[[nodiscard]] std::string key_hash(std::string_view key);

[[nodiscard]] int run(const config::HashKeyCommand& command);

}  // namespace chartcast::cli
