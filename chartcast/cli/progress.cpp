#include "cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace chartcast::cli {
namespace {

using namespace std::chrono_literals;

std::string with_commas(std::uint64_t number) {
    auto text = std::to_string(number);
    for (auto at = text.size(); at > 3;) text.insert(at -= 3, ",");
    return text;
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr double step = 1024;
    auto amount = static_cast<double>(bytes);
    const char* unit = "B";
    for (const auto* larger : {"KiB", "MiB", "GiB", "TiB"}) {
        if (amount < step) break;
        amount /= step;
        unit = larger;
    }
    return bytes < 1024 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, unit);
}

}  // namespace

std::string progress_text(const Progress& progress, std::chrono::milliseconds elapsed) {
    const auto ms = std::max<std::int64_t>(elapsed.count(), 1);
    const auto rate = progress.items * 1000 / static_cast<std::uint64_t>(ms);
    return fmt::format("{} {}{}, {}, {:.1f} s, {} {}s/s", with_commas(progress.items),
                       progress.noun, progress.items == 1 ? "" : "s", bytes_text(progress.bytes),
                       static_cast<double>(ms) / 1000, with_commas(rate), progress.noun);
}

void ProgressLine::update(const Progress& progress) {
    if (!shown_ || (visible_ && Clock::now() - written_ < 100ms)) return;
    const auto line = "\r\x1b[K" + progress_text(progress, elapsed());
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
    visible_ = true;
    written_ = Clock::now();
}

void ProgressLine::clear() {
    if (visible_) std::fputs("\r\x1b[K", stderr);
    visible_ = false;
}

std::chrono::milliseconds ProgressLine::elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_);
}

}  // namespace chartcast::cli
