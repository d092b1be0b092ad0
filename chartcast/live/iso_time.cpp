#include "live/iso_time.hpp"

#include <chrono>

namespace chartcast::live {
namespace {

class Scanner {
public:
    explicit Scanner(std::string_view text) noexcept : rest_(text) {}

    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

    bool accept(char wanted) noexcept {
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// A digit's worth, or -1.
    int digit() noexcept {
        if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return -1;
        const int worth = rest_.front() - '0';
        rest_.remove_prefix(1);
        return worth;
    }
    /// Exactly so many digits, at most `limit`; -1 otherwise.
    int number(int digits, int limit) noexcept {
        int value = 0;
        for (; digits > 0; --digits) {
            const int next = digit();
            if (next < 0) return -1;
            value = value * 10 + next;
        }
        return value <= limit ? value : -1;
    }

private:
    std::string_view rest_;
};

using Milliseconds = std::optional<std::int64_t>;

Milliseconds date(Scanner& text) noexcept {
    const int year = text.number(4, 9999);
    if (year < 0 || !text.accept('-')) return std::nullopt;
    const int month = text.number(2, 12);
    if (month < 0 || !text.accept('-')) return std::nullopt;
    const int day = text.number(2, 31);
    if (day < 0) return std::nullopt;
    const std::chrono::year_month_day calendar{std::chrono::year(year),
                                               std::chrono::month(static_cast<unsigned>(month)),
                                               std::chrono::day(static_cast<unsigned>(day))};
    if (!calendar.ok()) return std::nullopt;
    return std::chrono::sys_days(calendar).time_since_epoch().count() * std::int64_t{86'400'000};
}

/// Behind the decimal point; at least one digit, at most nine.
int fraction(Scanner& text) noexcept {
    int milliseconds = text.digit() * 100;
    if (milliseconds < 0) return -1;
    int weight = 10;
    for (int place = 1; place < 9; ++place) {
        const int next = text.digit();
        if (next < 0) break;
        milliseconds += next * weight;
        weight /= 10;
    }
    return milliseconds;
}

Milliseconds time_of_day(Scanner& text) noexcept {
    const int hours = text.number(2, 23);
    if (hours < 0 || !text.accept(':')) return std::nullopt;
    const int minutes = text.number(2, 59);
    if (minutes < 0) return std::nullopt;
    int seconds = 0;
    int milliseconds = 0;
    if (text.accept(':')) {
        seconds = text.number(2, 59);
        if (seconds < 0) return std::nullopt;
        if (text.accept('.') || text.accept(',')) milliseconds = fraction(text);
        if (milliseconds < 0) return std::nullopt;
    }
    return ((hours * 60 + minutes) * 60 + seconds) * std::int64_t{1000} + milliseconds;
}

/// How far local time is ahead of UTC.
Milliseconds offset(Scanner& text) noexcept {
    if (text.at_end() || text.accept('Z') || text.accept('z')) return 0;
    const bool ahead = text.accept('+');
    if (!ahead && !text.accept('-')) return std::nullopt;
    const int hours = text.number(2, 23);
    if (hours < 0) return std::nullopt;
    text.accept(':');
    const int minutes = text.number(2, 59);
    if (minutes < 0) return std::nullopt;
    const std::int64_t milliseconds = (hours * 60 + minutes) * std::int64_t{60'000};
    return ahead ? milliseconds : -milliseconds;
}

}  // namespace

std::optional<std::int64_t> parse_iso_time(std::string_view text) noexcept {
    Scanner scanner(text);
    const auto day = date(scanner);
    if (!day || scanner.at_end()) return day;
    if (!scanner.accept('T') && !scanner.accept('t') && !scanner.accept(' ')) return std::nullopt;
    const auto time = time_of_day(scanner);
    if (!time) return std::nullopt;
    const auto ahead = offset(scanner);
    if (!ahead || !scanner.at_end()) return std::nullopt;
    return *day + *time - *ahead;
}

}  // namespace chartcast::live
