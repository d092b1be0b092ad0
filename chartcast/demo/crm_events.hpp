#pragma once
// What happens in the demo's CRM, how often and how large: the same in its past and while it runs. Any thread.

#include "demo/dice.hpp"

#include <cmath>
#include <string_view>

namespace chartcast::demo {

/// Between two events while the demo runs, in milliseconds.
inline constexpr double event_shortest = 300;
inline constexpr double event_longest = 2'000;

enum class CrmEvent : std::uint8_t { call, order, stage_move, new_deal };

[[nodiscard]] inline CrmEvent draw_event(Dice& dice) {
    const double part = dice.part();
    if (part < 0.60) return CrmEvent::call;
    if (part < 0.72) return CrmEvent::order;
    if (part < 0.92) return CrmEvent::stage_move;
    return CrmEvent::new_deal;
}

/// In CNY, as people round.
[[nodiscard]] inline double draw_deal_amount(Dice& dice) {
    return std::round(dice.skewed(90'000, 0.9) / 1'000 + 1) * 1'000;
}
[[nodiscard]] inline double draw_order_amount(Dice& dice) {
    return std::round(dice.skewed(24'000, 0.8) / 100 + 1) * 100;
}
[[nodiscard]] inline int draw_call_seconds(Dice& dice) {
    return static_cast<int>(dice.skewed(95, 0.8)) + 5;
}
[[nodiscard]] inline std::string_view draw_call_outcome(Dice& dice) {
    const double part = dice.part();
    if (part < 0.58) return "talked";
    return part < 0.85 ? "no_answer" : "call_back";
}

/// What follows a stage: most deals go on, the others are lost.
[[nodiscard]] inline std::string_view draw_next_stage(Dice& dice, std::string_view stage) {
    if (!dice.chance(0.68)) return "lost";
    if (stage == "lead") return "qualified";
    if (stage == "qualified") return "proposal";
    return stage == "proposal" ? "negotiation" : "won";
}
[[nodiscard]] inline bool is_closed(std::string_view stage) {
    return stage == "won" || stage == "lost";
}

}  // namespace chartcast::demo
