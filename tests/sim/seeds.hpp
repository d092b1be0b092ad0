#pragma once
// Which seeds a simulation runs, by its arguments or its environment:
//
//   --seeds N, SIM_SEEDS=N     that many, from the first on
//   --seed N                   that one: a run that failed says which it was

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace socketio::sim {

struct Seeds {
    std::uint64_t first = 1;
    std::uint64_t count = 1;

    [[nodiscard]] std::uint64_t end() const noexcept { return first + count; }
    /// As many as it takes until everything has happened often.
    [[nodiscard]] bool are_many() const noexcept { return count >= 100; }
};

[[nodiscard]] inline std::uint64_t read_seed_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc() || end != text.data() + text.size()) {
        throw std::invalid_argument("no number of seeds: " + std::string(text));
    }
    return number;
}

/// `usual`: how many of them when nobody says anything.
[[nodiscard]] inline Seeds read_seeds(int argc, char** argv, std::uint64_t usual) {
    Seeds seeds{1, usual};
    if (const char* count = std::getenv("SIM_SEEDS")) seeds.count = read_seed_number(count);
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto equals = argument.find('=');
        const auto name = argument.substr(0, equals);
        if (name != "--seed" && name != "--seeds") continue;
        std::string_view value;
        if (equals != std::string_view::npos) {
            value = argument.substr(equals + 1);
        } else if (i + 1 < argc) {
            value = argv[++i];
        }
        const auto number = read_seed_number(value);
        if (name == "--seed") return {number, 1};
        seeds.count = number;
    }
    return seeds;
}

}  // namespace socketio::sim
