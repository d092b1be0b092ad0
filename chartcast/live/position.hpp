#pragma once
// A place in a dataset's history. Any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::live {

struct Position {
    /// A random name, new whenever nobody can prove that what follows continues what was before.
    std::string epoch;
    /// One more for each batch that was accepted and changed something.
    std::uint64_t v = 0;

    friend bool operator==(const Position&, const Position&) = default;
};

/// As in ETag and If-Match, without the quotes: "k3f9:118".
[[nodiscard]] std::string to_string(const Position& position);
[[nodiscard]] std::optional<Position> parse_position(std::string_view text);

}  // namespace chartcast::live
