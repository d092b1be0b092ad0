#include "demo/crm_data.hpp"

#include "demo/crm_events.hpp"
#include "demo/crm_names.hpp"
#include "demo/crm_schema.hpp"
#include "demo/crm_statement.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <system_error>
#include <vector>

namespace chartcast::demo {
namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t year = 365 * day;
/// Two hours, and what a sum over a minute that ends in them reaches back.
constexpr std::int64_t dense = 2 * hour + hour / 12;
constexpr int owners_per_region = 8;

/// At nine to seven on a weekday, in China.
bool is_work_time(std::int64_t at) {
    const std::int64_t local = at + 8 * hour;
    // 1970 began on a Thursday.
    const auto weekday = (local / day + 3) % 7;
    const auto of_day = local % day;
    return weekday < 5 && of_day >= 9 * hour && of_day < 19 * hour;
}

class Maker {
public:
    Maker(sqlite3* database, const CrmPast& past)
        : database_(database),
          past_(past),
          dice_(past.seed),
          deal_(database, insert_deal),
          stage_(database, insert_stage),
          order_(database, insert_order),
          call_(database, insert_call) {}

    bool make() {
        return make_labels() && make_owners() && make_accounts() && make_deals() && make_calls() &&
               make_dense_hours();
    }

private:
    bool make_labels() {
        return insert_labels("INSERT INTO regions VALUES(?, ?, ?)", crm_regions()) &&
               insert_labels("INSERT INTO stages VALUES(?, ?, ?)", crm_stages());
    }

    bool insert_labels(std::string_view text, std::span<const Label> labels) {
        CrmStatement insert(database_, text);
        int place = 0;
        return std::ranges::all_of(
            labels, [&](const Label& label) { return insert.run(label.id, ++place, label.text); });
    }

    bool make_owners() {
        CrmStatement insert(database_, "INSERT INTO owners VALUES(?, ?, ?, ?)");
        int id = 0;
        for (const auto& region : crm_regions()) {
            for (int owner = 0; owner < owners_per_region; ++owner) {
                const auto name = person_name(dice_);
                if (!insert.run(++id, name.zh, name.en, region.id)) return false;
            }
        }
        return true;
    }

    bool make_accounts() {
        CrmStatement insert(database_, "INSERT INTO accounts VALUES(?, ?, ?, ?, ?, ?, ?)");
        for (std::size_t id = 1; id <= past_.accounts; ++id) {
            const auto company = draw_company(dice_);
            const auto region = std::ranges::find(crm_regions(), company.region, &Label::id);
            const auto first = (region - crm_regions().begin()) * owners_per_region + 1;
            const auto owner = first + static_cast<long>(dice_.below(owners_per_region));
            if (!insert.run(id, company.name.zh, company.name.en, company.industry, company.region,
                            owner, draw_time())) {
                return false;
            }
        }
        return true;
    }

    bool make_deals() {
        std::vector<std::int64_t> begins(past_.deals);
        std::ranges::generate(begins, [&] { return draw_time(); });
        std::ranges::sort(begins);
        return std::ranges::all_of(begins, [&](std::int64_t at) { return make_deal(at); });
    }

    /// A deal and its way until now.
    bool make_deal(std::int64_t begin) {
        const auto account = draw_account();
        const double amount = draw_deal_amount(dice_);
        struct Step {
            std::string_view stage;
            std::int64_t at;
        };
        std::vector<Step> way{{"lead", begin}};
        while (!is_closed(way.back().stage)) {
            const auto at = way.back().at + static_cast<std::int64_t>(dice_.waiting(9.0 * day));
            if (at >= past_.now - dense) break;
            way.push_back({draw_next_stage(dice_, way.back().stage), at});
        }
        const auto& last = way.back();
        std::optional<std::int64_t> closed;
        if (is_closed(last.stage)) closed = last.at;
        if (!deal_.run(account, last.stage, amount, begin, last.at, closed)) return false;
        const auto id = sqlite3_last_insert_rowid(database_);
        for (const auto& step : way) {
            if (!stage_.run(id, step.stage, step.at)) return false;
        }
        return last.stage != "won" || make_orders({account, id, amount}, last.at);
    }

    struct Won {
        std::size_t account;
        std::int64_t deal;
        double amount;
    };

    /// What was won, and what the customer ordered again.
    bool make_orders(const Won& won, std::int64_t at) {
        bool well = order_.run(won.account, won.deal, won.amount, at);
        for (at += repeat(); well && at < past_.now - dense; at += repeat()) {
            well = order_.run(won.account, won.deal, draw_order_amount(dice_), at);
        }
        return well;
    }
    std::int64_t repeat() { return static_cast<std::int64_t>(dice_.waiting(45.0 * day)); }

    bool make_calls() {
        for (std::size_t call = 0; call < past_.calls; ++call) {
            if (!make_call(draw_time())) return false;
        }
        return true;
    }

    bool make_call(std::int64_t at) {
        return call_.run(draw_account(), draw_call_seconds(dice_), draw_call_outcome(dice_), at);
    }

    bool make_dense_hours() {
        auto at = past_.now - dense;
        bool well = true;
        while (well) {
            at += static_cast<std::int64_t>(dice_.between(event_shortest, event_longest));
            if (at >= past_.now) break;
            switch (draw_event(dice_)) {
                case CrmEvent::call: well = make_call(at); break;
                case CrmEvent::order:
                    well = order_.run(draw_account(), std::optional<std::int64_t>(),
                                      draw_order_amount(dice_), at);
                    break;
                case CrmEvent::stage_move:
                case CrmEvent::new_deal: break;
            }
        }
        return well;
    }

    /// Work time of the year before the dense hours; business grows.
    std::int64_t draw_time() {
        for (;;) {
            const double part = std::pow(dice_.part(), 0.8);
            const auto at = past_.now - year +
                            static_cast<std::int64_t>(part * static_cast<double>(year - dense));
            if (is_work_time(at)) return at;
        }
    }

    std::size_t draw_account() { return dice_.below(past_.accounts) + 1; }

    sqlite3* database_;
    const CrmPast& past_;
    Dice dice_;
    CrmStatement deal_;
    CrmStatement stage_;
    CrmStatement order_;
    CrmStatement call_;
};

bool execute(sqlite3* database, const char* text) {
    return sqlite3_exec(database, text, nullptr, nullptr, nullptr) == SQLITE_OK;
}

bool fill(sqlite3* database, const CrmPast& past) {
    // Nobody reads the file before it is whole.
    if (!execute(database, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")) {
        return false;
    }
    if (!execute(database, crm_tables) || !Maker(database, past).make()) return false;
    // Readers and the demo's own writer then do not wait for each other.
    return execute(database, "COMMIT") && execute(database, "PRAGMA journal_mode = WAL");
}

}  // namespace

std::string make_crm(const std::string& path, const CrmPast& past) {
    const auto unfinished = path + ".new";
    for (const auto* ending : {"", "-wal", "-shm"}) std::remove((unfinished + ending).c_str());
    std::string problem;
    {
        const auto database =
            sources::open_sqlite(unfinished, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, problem);
        if (!database) return problem;
        if (!fill(database.get(), past)) return unfinished + ": " + sqlite3_errmsg(database.get());
    }
    for (const auto* ending : {"-wal", "-shm"}) std::remove((path + ending).c_str());
    if (std::rename(unfinished.c_str(), path.c_str()) == 0) return {};
    return path + ": " + std::generic_category().message(errno);
}

}  // namespace chartcast::demo
