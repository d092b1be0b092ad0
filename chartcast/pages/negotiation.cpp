#include "pages/negotiation.hpp"

#include <algorithm>
#include <cctype>

namespace chartcast::pages {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view take_until(std::string_view& rest, char separator) noexcept {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return trimmed(item);
}

bool same_word(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

// `1`, `0.5`, `0.333`: up to three decimals.
int thousandths(std::string_view text) noexcept {
    if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
    int value = (text[0] - '0') * 1000;
    if (text.size() == 1) return value;
    if (text[1] != '.' || text.size() > 5) return 0;
    int step = 100;
    for (const char digit : text.substr(2)) {
        if (digit < '0' || digit > '9') return 0;
        value += (digit - '0') * step;
        step /= 10;
    }
    return std::min(value, 1000);
}

}  // namespace

void for_each_preference(std::string_view list,
                         const std::function<void(std::string_view item, int weight)>& visit) {
    while (!list.empty()) {
        auto element = take_until(list, ',');
        const auto item = take_until(element, ';');
        int weight = 1000;
        while (!element.empty()) {
            auto parameter = take_until(element, ';');
            const auto name = take_until(parameter, '=');
            if (same_word(name, "q")) weight = thousandths(parameter);
        }
        if (!item.empty()) visit(item, weight);
    }
}

}  // namespace chartcast::pages
