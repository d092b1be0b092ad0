#include "demo/crm_pace.hpp"

#include "demo/crm_data.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace {

using namespace chartcast;
using namespace std::chrono_literals;

constexpr std::int64_t started_at = 1'795'600'000'000;

class CrmPaceTest : public testing::Test {
protected:
    CrmPaceTest() {
        demo::CrmPast past;
        past.now = started_at;
        past.accounts = 50;
        past.deals = 300;
        past.calls = 100;
        EXPECT_EQ(demo::make_crm(path_, past), "");
        std::string problem;
        database_ = sources::open_sqlite(path_, SQLITE_OPEN_READONLY, problem);
    }

    std::int64_t number(std::string_view query) {
        return demo::CrmStatement(database_.get(), query).number().value_or(-1);
    }

    support::TemporaryFolder folder_;
    std::string path_ = folder_.file("crm.db");
    sources::SqliteHandle database_;
};

TEST_F(CrmPaceTest, EachEventIsSeenByOtherConnections) {
    demo::CrmWriter writer({.path = path_});
    auto before = number("PRAGMA data_version");
    for (int event = 0; event < 50; ++event) {
        ASSERT_EQ(writer.step(started_at + event), "");
        const auto after = number("PRAGMA data_version");
        EXPECT_NE(before, after);
        before = after;
    }
}

TEST_F(CrmPaceTest, DoesEverythingThatPeopleDo) {
    const auto calls = number("SELECT count(*) FROM calls");
    const auto orders = number("SELECT count(*) FROM orders");
    const auto deals = number("SELECT count(*) FROM deals");
    const auto closed = number("SELECT count(*) FROM deals WHERE closed_at IS NOT NULL");
    demo::CrmWriter writer({.path = path_});
    for (int event = 0; event < 1'500; ++event) ASSERT_EQ(writer.step(started_at + event), "");
    EXPECT_GT(number("SELECT count(*) FROM calls"), calls + 600);
    EXPECT_GT(number("SELECT count(*) FROM orders"), orders);
    EXPECT_GT(number("SELECT count(*) FROM deals"), deals);
    EXPECT_GE(number("SELECT count(*) FROM deals WHERE closed_at IS NOT NULL"), closed);
    EXPECT_EQ(number("SELECT count(*) FROM deals WHERE stage <> (SELECT stage FROM stage_history"
                     " WHERE deal_id = deals.id ORDER BY at DESC, id DESC LIMIT 1)"),
              0);
    // The funnel neither runs dry nor fills up.
    EXPECT_GE(number("SELECT count(*) FROM deals WHERE closed_at IS NULL"), 400);
}

TEST_F(CrmPaceTest, KeepsTheDatabaseSmall) {
    demo::CrmWriter writer({.path = path_,
                            .calls_max = 100,
                            .orders_max = 50,
                            .closed_deals_max = 20,
                            .events_between_cleanings = 10});
    for (int event = 0; event < 1'000; ++event) ASSERT_EQ(writer.step(started_at + event), "");
    EXPECT_EQ(number("SELECT count(*) FROM calls"), 100);
    EXPECT_EQ(number("SELECT count(*) FROM orders"), 50);
    EXPECT_LE(number("SELECT count(*) FROM deals WHERE closed_at IS NOT NULL"), 20);
    EXPECT_EQ(number("SELECT count(*) FROM stage_history"
                     " WHERE deal_id NOT IN (SELECT id FROM deals)"),
              0);
    EXPECT_EQ(number("SELECT max(at) FROM calls") > started_at, true);
}

TEST_F(CrmPaceTest, MovesByItselfUntilItIsStopped) {
    boost::asio::io_context io;
    const auto work = boost::asio::make_work_guard(io);
    demo::CrmPace pace(
        io, [&io](std::function<void()> done) { boost::asio::post(io, std::move(done)); },
        {.writer = {.path = path_}, .shortest = 1ms, .longest = 3ms});
    pace.start();
    while (pace.events() < 10) ASSERT_NE(io.run_one_for(20s), 0U);
    pace.stop();
    const auto events = pace.events();
    io.run_for(30ms);
    EXPECT_EQ(pace.events(), events);
}

TEST_F(CrmPaceTest, SaysWhyItCannotWrite) {
    demo::CrmWriter writer({.path = folder_.file("missing.db")});
    EXPECT_NE(writer.step(started_at), "");
}

}  // namespace
