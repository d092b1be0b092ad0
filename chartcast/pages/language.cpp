#include "pages/language.hpp"

#include "pages/negotiation.hpp"

#include <cctype>

namespace chartcast::pages {
namespace {

bool speaks(std::string_view tag, std::string_view language) noexcept {
    const auto primary = tag.substr(0, tag.find('-'));
    if (primary.size() != language.size()) return false;
    for (std::size_t i = 0; i < primary.size(); ++i) {
        if (std::tolower(static_cast<unsigned char>(primary[i])) != language[i]) return false;
    }
    return true;
}

}  // namespace

std::string_view tag_of(Language language) noexcept {
    return language == Language::zh_cn ? "zh-CN" : "en";
}

Language preferred_language(std::string_view accept_language) noexcept {
    auto best = Language::en;
    int best_weight = 0;
    for_each_preference(accept_language, [&](std::string_view tag, int weight) {
        if (weight <= best_weight) return;
        if (speaks(tag, "zh")) {
            best = Language::zh_cn;
        } else if (speaks(tag, "en")) {
            best = Language::en;
        } else {
            return;
        }
        best_weight = weight;
    });
    return best;
}

}  // namespace chartcast::pages
