#include "config/reading/nearest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace chartcast::config {
namespace {

constexpr std::size_t length_max = 64;
using Row = std::array<std::size_t, length_max + 1>;

/// Damerau-Levenshtein, in which no letter takes part in two mistakes.
std::size_t distance(std::string_view a, std::string_view b) {
    if (a.size() > length_max || b.size() > length_max) return length_max;
    Row before{};
    Row previous{};
    Row row{};
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before = std::exchange(previous, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({previous[j] + 1, row[j - 1] + 1,
                               previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view text, const std::vector<std::string_view>& names) {
    const auto mistakes_max = std::min<std::size_t>(2, (text.size() + 2) / 3);
    std::string_view best;
    auto best_distance = mistakes_max + 1;
    for (const auto name : names) {
        const auto mistakes = distance(text, name);
        if (mistakes < best_distance) {
            best = name;
            best_distance = mistakes;
        }
    }
    return best;
}

std::string suggestion(std::string_view text, const std::vector<std::string_view>& names) {
    constexpr std::size_t listed_max = 12;
    if (const auto name = nearest(text, names); !name.empty()) {
        return std::string("; did you mean ").append(name).append("?");
    }
    if (names.empty() || names.size() > listed_max) return {};
    std::string list = "; known here: ";
    for (const auto name : names) {
        if (name != names.front()) list += ", ";
        list += name;
    }
    return list;
}

}  // namespace chartcast::config
