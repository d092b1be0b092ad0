#pragma once
// What people do in the demo's CRM, one event at a time, through a connection of its own: sources see it as
// they would see any other program. Blocks: used by one thread of a pool at a time.

#include "demo/crm_statement.hpp"
#include "demo/dice.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace chartcast::demo {

class CrmWriter {
public:
    struct Options {
        std::string path;
        std::uint64_t seed = 1;
        /// What is over this goes, the oldest first, so that a demo that runs for months stays small.
        std::size_t calls_max = 40'000;
        std::size_t orders_max = 40'000;
        std::size_t closed_deals_max = 20'000;
        /// Events between two looks at those bounds.
        std::size_t events_between_cleanings = 200;
    };

    explicit CrmWriter(Options options);
    ~CrmWriter();
    CrmWriter(const CrmWriter&) = delete;
    CrmWriter& operator=(const CrmWriter&) = delete;

    /// One event at that time, in a transaction. The problem, or an empty text.
    [[nodiscard]] std::string step(std::int64_t now);

private:
    struct Statements;

    [[nodiscard]] std::string open();
    bool happen(std::int64_t now);
    bool log_call(std::int64_t now);
    bool order(std::int64_t now);
    bool begin_deal(std::int64_t now);
    bool move_deal(std::int64_t now);
    bool clean();
    bool execute(const char* text);
    [[nodiscard]] std::int64_t draw_account();

    Options options_;
    Dice dice_;
    sources::SqliteHandle database_;
    std::unique_ptr<Statements> statements_;
    std::int64_t accounts_ = 0;
    std::size_t events_ = 0;
};

}  // namespace chartcast::demo
