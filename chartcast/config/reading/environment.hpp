#pragma once
// `${NAME}` in values. Pure; any thread.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::config {

/// The value of a variable, or nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct Substituted {
    std::string text;
    /// Whether a part of the text came from the environment; it may be a secret then.
    bool from_environment = false;
    /// What is wrong, never with a value in it; empty when nothing is.
    std::string error;
};

/// `${NAME}`, `${NAME:-default}` (when unset or empty) and `$$` for one `$`. Any other `$` stays as it is.
[[nodiscard]] Substituted substitute(std::string_view text, const Environment& environment);

}  // namespace chartcast::config
