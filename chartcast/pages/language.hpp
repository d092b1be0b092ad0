#pragma once
// The languages that pages are written in, and which one a browser would like. Pure; any thread.

#include <array>
#include <cstddef>
#include <string_view>

namespace chartcast::pages {

enum class Language : std::size_t { en, zh_cn };

inline constexpr std::array languages = {Language::en, Language::zh_cn};

/// As in the `lang` attribute: "en", "zh-CN".
[[nodiscard]] std::string_view tag_of(Language language) noexcept;

/// The one that an Accept-Language field prefers (RFC 9110, section 12.5.4); English when it names none.
[[nodiscard]] Language preferred_language(std::string_view accept_language) noexcept;

}  // namespace chartcast::pages
