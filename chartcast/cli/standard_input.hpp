#pragma once
// Standard input, piece by piece. Waits; one thread.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace chartcast::cli {

class StandardInput {
public:
    enum class Event : std::uint8_t { bytes, quiet, end, failed };

    /// The next bytes, which live until the next call; quiet when none come in `patience`, and without one never.
    [[nodiscard]] Event read(std::optional<std::chrono::milliseconds> patience);
    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    /// Why it failed, for people.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    std::string buffer_;
    std::string_view bytes_;
    std::string problem_;
};

/// All of it, or what is wrong with it: more than `bytes_max` is.
struct InputProblem {
    std::string text;
};
[[nodiscard]] std::variant<std::string, InputProblem> read_whole_input(std::size_t bytes_max);

}  // namespace chartcast::cli
