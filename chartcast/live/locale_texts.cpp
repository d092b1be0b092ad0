#include "live/locale_texts.hpp"

namespace chartcast::live {
namespace {

std::string_view language(std::string_view tag) noexcept {
    return tag.substr(0, tag.find('-'));
}

}  // namespace

std::string_view text_for(const LocaleTexts& texts, std::string_view locale) noexcept {
    for (const auto& [tag, text] : texts) {
        if (tag == locale) return text;
    }
    for (const auto& [tag, text] : texts) {
        if (language(tag) == language(locale)) return text;
    }
    return texts.empty() ? std::string_view() : std::string_view(texts.front().second);
}

}  // namespace chartcast::live
