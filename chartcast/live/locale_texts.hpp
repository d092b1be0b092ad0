#pragma once
// A text in several languages. Any thread.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chartcast::live {

/// By language tag, in the order of the configuration.
using LocaleTexts = std::vector<std::pair<std::string, std::string>>;

/// The text of that tag, else of the same language (`zh` and `zh-CN` find each other), else the first;
/// empty when there are none.
[[nodiscard]] std::string_view text_for(const LocaleTexts& texts, std::string_view locale) noexcept;

}  // namespace chartcast::live
