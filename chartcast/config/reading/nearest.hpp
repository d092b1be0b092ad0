#pragma once
// "Did you mean ...?" Pure; any thread.

#include <string>
#include <string_view>
#include <vector>

namespace chartcast::config {

/// The name that takes the fewest typing mistakes (a letter wrong, missing, surplus, or two swapped) to
/// become `text`; empty when all are further than 2, or than a third of the text.
[[nodiscard]] std::string_view nearest(std::string_view text,
                                       const std::vector<std::string_view>& names);

/// "; did you mean NAME?", or the names when there are only a few, or nothing.
[[nodiscard]] std::string suggestion(std::string_view text,
                                     const std::vector<std::string_view>& names);

}  // namespace chartcast::config
