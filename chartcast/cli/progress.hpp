#pragma once
// How far a push or an emit is, in a line that is rewritten while somebody looks. One thread.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace chartcast::cli {

struct Progress {
    /// Rows, or whatever `noun` calls one.
    std::uint64_t items = 0;
    std::uint64_t bytes = 0;
    std::uint64_t batches = 0;
    std::string_view noun = "row";
};

/// "1,200 rows, 84.2 KiB, 0.4 s, 3,000 rows/s".
[[nodiscard]] std::string progress_text(const Progress& progress,
                                        std::chrono::milliseconds elapsed);

class ProgressLine {
public:
    using Clock = std::chrono::steady_clock;

    /// `shown`: standard error is a terminal.
    explicit ProgressLine(bool shown) : shown_(shown) {}

    /// At most ten times a second.
    void update(const Progress& progress);
    /// Takes the line away, so that something else can be said.
    void clear();
    [[nodiscard]] std::chrono::milliseconds elapsed() const;

private:
    bool shown_;
    bool visible_ = false;
    Clock::time_point began_ = Clock::now();
    Clock::time_point written_;
};

}  // namespace chartcast::cli
