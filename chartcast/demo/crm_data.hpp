#pragma once
// The demo's CRM as an SQLite file: a year of accounts, deals and their stages, orders and calls up to now, and
// two hours as dense as what happens while the demo runs. Blocks for about a second; any thread.

#include <cstddef>
#include <cstdint>
#include <string>

namespace chartcast::demo {

struct CrmPast {
    std::uint64_t seed = 1;
    /// Milliseconds since 1970, where the past ends.
    std::int64_t now = 0;
    std::size_t accounts = 2'400;
    std::size_t deals = 6'000;
    /// Over the year, before the dense two hours.
    std::size_t calls = 14'000;
};

/// Makes the file, in the place of one that is there; the same file for the same past. Returns why it could
/// not, or an empty text.
[[nodiscard]] std::string make_crm(const std::string& path, const CrmPast& past);

}  // namespace chartcast::demo
