#include "live/position.hpp"

#include <charconv>

namespace chartcast::live {

std::string to_string(const Position& position) {
    return position.epoch + ':' + std::to_string(position.v);
}

std::optional<Position> parse_position(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    Position position{std::string(text.substr(0, colon)), 0};
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, position.v);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return position;
}

}  // namespace chartcast::live
