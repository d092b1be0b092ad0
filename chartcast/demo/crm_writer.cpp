#include "demo/crm_writer.hpp"

#include "demo/crm_events.hpp"
#include "demo/crm_schema.hpp"

#include <array>
#include <utility>

namespace chartcast::demo {
namespace {

/// Below, deals are begun rather than moved; above, moved rather than begun: the funnel keeps its size.
constexpr std::int64_t open_deals_fewest = 500;
constexpr std::int64_t open_deals_most = 1'500;
constexpr int busy_milliseconds = 2'000;

constexpr std::array stage_ids{"lead", "qualified", "proposal", "negotiation", "won", "lost"};

}  // namespace

struct CrmWriter::Statements {
    explicit Statements(sqlite3* database)
        : deal(database, insert_deal),
          stage(database, insert_stage),
          order(database, insert_order),
          call(database, insert_call),
          count_open(database, "SELECT count(*) FROM deals WHERE closed_at IS NULL"),
          pick_open(database,
                    "SELECT id FROM deals WHERE closed_at IS NULL ORDER BY id LIMIT 1 OFFSET ?"),
          stage_of(database,
                   "SELECT CASE stage WHEN 'lead' THEN 0 WHEN 'qualified' THEN 1"
                   " WHEN 'proposal' THEN 2 ELSE 3 END FROM deals WHERE id = ?"),
          move(database,
               "UPDATE deals SET stage = ?2, stage_at = ?3, closed_at = ?4 WHERE id = ?1"),
          order_won(database,
                    "INSERT INTO orders(account_id, deal_id, amount, at)"
                    " SELECT account_id, id, amount, ?2 FROM deals WHERE id = ?1"),
          trim_calls(database,
                     "DELETE FROM calls WHERE id IN (SELECT id FROM calls ORDER BY at DESC"
                     " LIMIT -1 OFFSET ?)"),
          trim_orders(database,
                      "DELETE FROM orders WHERE id IN (SELECT id FROM orders ORDER BY at DESC"
                      " LIMIT -1 OFFSET ?)"),
          trim_deals(database,
                     "DELETE FROM deals WHERE id IN (SELECT id FROM deals"
                     " WHERE closed_at IS NOT NULL ORDER BY closed_at DESC LIMIT -1 OFFSET ?)"),
          trim_stages(database,
                      "DELETE FROM stage_history WHERE deal_id NOT IN (SELECT id FROM deals)") {}

    CrmStatement deal, stage, order, call;
    CrmStatement count_open, pick_open, stage_of, move, order_won;
    CrmStatement trim_calls, trim_orders, trim_deals, trim_stages;
};

CrmWriter::CrmWriter(Options options) : options_(std::move(options)), dice_(options_.seed) {}

CrmWriter::~CrmWriter() = default;

std::string CrmWriter::step(std::int64_t now) {
    if (!database_) {
        if (auto problem = open(); !problem.empty()) return problem;
    }
    bool well = execute("BEGIN IMMEDIATE") && happen(now);
    if (well && ++events_ % options_.events_between_cleanings == 0) well = clean();
    if (well && execute("COMMIT")) return {};
    auto problem = options_.path + ": " + sqlite3_errmsg(database_.get());
    execute("ROLLBACK");
    return problem;
}

std::string CrmWriter::open() {
    std::string problem;
    database_ = sources::open_sqlite(options_.path, SQLITE_OPEN_READWRITE, problem);
    if (!database_) return problem;
    sqlite3_busy_timeout(database_.get(), busy_milliseconds);
    // Lost with the machine's power, which a demo survives.
    execute("PRAGMA synchronous = NORMAL");
    statements_ = std::make_unique<Statements>(database_.get());
    accounts_ = CrmStatement(database_.get(), "SELECT max(id) FROM accounts").number().value_or(0);
    if (accounts_ > 0) return {};
    statements_.reset();
    database_.reset();
    return options_.path + ": there are no accounts";
}

bool CrmWriter::happen(std::int64_t now) {
    auto event = draw_event(dice_);
    if (event == CrmEvent::new_deal || event == CrmEvent::stage_move) {
        const auto open = statements_->count_open.number().value_or(0);
        if (open < open_deals_fewest) event = CrmEvent::new_deal;
        if (open > open_deals_most) event = CrmEvent::stage_move;
    }
    switch (event) {
        case CrmEvent::call: return log_call(now);
        case CrmEvent::order: return order(now);
        case CrmEvent::stage_move: return move_deal(now);
        case CrmEvent::new_deal: return begin_deal(now);
    }
    return false;
}

bool CrmWriter::log_call(std::int64_t now) {
    return statements_->call.run(draw_account(), draw_call_seconds(dice_), draw_call_outcome(dice_),
                                 now);
}

bool CrmWriter::order(std::int64_t now) {
    return statements_->order.run(draw_account(), std::optional<std::int64_t>(),
                                  draw_order_amount(dice_), now);
}

bool CrmWriter::begin_deal(std::int64_t now) {
    return statements_->deal.run(draw_account(), stage_ids.front(), draw_deal_amount(dice_), now,
                                 now, std::optional<std::int64_t>()) &&
           statements_->stage.run(sqlite3_last_insert_rowid(database_.get()), stage_ids.front(),
                                  now);
}

bool CrmWriter::move_deal(std::int64_t now) {
    const auto open = statements_->count_open.number().value_or(0);
    const auto deal = statements_->pick_open.number(dice_.below(static_cast<std::size_t>(open)));
    if (!deal) return begin_deal(now);
    const auto before = statements_->stage_of.number(*deal).value_or(0);
    const std::string_view after =
        draw_next_stage(dice_, stage_ids[static_cast<std::size_t>(before)]);
    std::optional<std::int64_t> closed;
    if (is_closed(after)) closed = now;
    if (!statements_->move.run(*deal, after, now, closed)) return false;
    if (!statements_->stage.run(*deal, after, now)) return false;
    return after != "won" || statements_->order_won.run(*deal, now);
}

bool CrmWriter::clean() {
    return statements_->trim_calls.run(options_.calls_max) &&
           statements_->trim_orders.run(options_.orders_max) &&
           statements_->trim_deals.run(options_.closed_deals_max) && statements_->trim_stages.run();
}

bool CrmWriter::execute(const char* text) {
    return sqlite3_exec(database_.get(), text, nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::int64_t CrmWriter::draw_account() {
    return static_cast<std::int64_t>(dice_.below(static_cast<std::size_t>(accounts_))) + 1;
}

}  // namespace chartcast::demo
