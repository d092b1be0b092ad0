#pragma once
// What people, companies, places and stages of the demo are called, in Chinese and in English. Any thread.

#include "demo/dice.hpp"

#include <span>
#include <string>
#include <string_view>

namespace chartcast::demo {

struct Name {
    std::string zh;
    std::string en;
};

/// Texts that a query may show: both languages in one, since rows are the same for every viewer.
struct Label {
    std::string_view id;
    std::string_view text;
};

[[nodiscard]] std::span<const Label> crm_regions() noexcept;
/// The way of a deal, in order; behind `negotiation` it is won or lost.
[[nodiscard]] std::span<const Label> crm_stages() noexcept;

[[nodiscard]] Name person_name(Dice& dice);

struct Company {
    Name name;
    std::string_view region;
    std::string_view industry;
};
[[nodiscard]] Company draw_company(Dice& dice);

}  // namespace chartcast::demo
