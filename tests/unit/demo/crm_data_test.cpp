#include "demo/crm_data.hpp"

#include "demo/crm_statement.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <fstream>
#include <sstream>

namespace {

using namespace chartcast;

constexpr std::int64_t now = 1'795'600'000'000;
constexpr std::int64_t day = 24 * 3'600'000;

std::string bytes_of(const std::string& path) {
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
}

class CrmData : public testing::Test {
protected:
    CrmData() {
        demo::CrmPast past;
        past.now = now;
        const auto begun = std::clock();
        EXPECT_EQ(demo::make_crm(path_, past), "");
        // Of this program alone, however busy the machine is.
        seconds_ = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
        std::string problem;
        database_ = sources::open_sqlite(path_, SQLITE_OPEN_READONLY, problem);
        EXPECT_EQ(problem, "");
    }

    std::int64_t number(std::string_view query) {
        const auto found = demo::CrmStatement(database_.get(), query).number();
        EXPECT_TRUE(found) << query << ": " << sqlite3_errmsg(database_.get());
        return found.value_or(-1);
    }

    support::TemporaryFolder folder_;
    std::string path_ = folder_.file("crm.db");
    sources::SqliteHandle database_;
    double seconds_ = 0;
};

TEST_F(CrmData, HasFiftyThousandRowsOfAYearUpToNow) {
    const auto rows = number(
        "SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM deals)"
        " + (SELECT count(*) FROM stage_history)"
        " + (SELECT count(*) FROM orders) + (SELECT count(*) FROM calls)");
    EXPECT_GT(rows, 40'000);
    EXPECT_LT(rows, 65'000);
    EXPECT_LT(number("SELECT min(created_at) FROM deals"), now - 350 * day);
    EXPECT_GT(number("SELECT max(at) FROM calls"), now - 60'000);
    EXPECT_LT(number("SELECT max(at) FROM calls"), now);
    EXPECT_LT(number("SELECT max(at) FROM orders"), now);
    EXPECT_LT(number("SELECT max(at) FROM stage_history"), now);
    EXPECT_LT(seconds_, 3);
}

TEST_F(CrmData, IsTheSameFileForTheSameSeedAndAnotherForAnother) {
    demo::CrmPast past;
    past.now = now;
    const auto again = folder_.file("again.db");
    ASSERT_EQ(demo::make_crm(again, past), "");
    EXPECT_TRUE(bytes_of(path_) == bytes_of(again));
    past.seed = 2;
    ASSERT_EQ(demo::make_crm(again, past), "");
    EXPECT_FALSE(bytes_of(path_) == bytes_of(again));
}

TEST_F(CrmData, FitsTogether) {
    EXPECT_EQ(number("SELECT count(*) FROM deals WHERE account_id NOT IN (SELECT id FROM accounts)"
                     " OR stage NOT IN (SELECT id FROM stages)"),
              0);
    EXPECT_EQ(number("SELECT count(*) FROM accounts JOIN owners ON owners.id = owner_id"
                     " WHERE owners.region = accounts.region"),
              2'400);
    EXPECT_EQ(number("SELECT count(*) FROM deals"
                     " WHERE (closed_at IS NULL) = (stage IN ('won', 'lost'))"),
              0);
    EXPECT_EQ(number("SELECT count(*) FROM deals WHERE stage <> (SELECT stage FROM stage_history"
                     " WHERE deal_id = deals.id ORDER BY at DESC, id DESC LIMIT 1)"),
              0);
    EXPECT_EQ(number("SELECT count(*) FROM deals WHERE stage = 'won'"
                     " AND id NOT IN (SELECT deal_id FROM orders WHERE deal_id IS NOT NULL)"),
              0);
}

TEST_F(CrmData, MakesAFunnelThatNarrows) {
    std::int64_t before = INT64_MAX;
    for (const auto* stage : {"lead", "qualified", "proposal", "negotiation"}) {
        const auto open = number("SELECT count(*) FROM deals WHERE stage = '" + std::string(stage) +
                                 "' AND closed_at IS NULL");
        EXPECT_GT(open, 20) << stage;
        EXPECT_LT(open, before) << stage;
        before = open;
    }
}

TEST(CrmDataFile, SaysWhyItCannotBeMade) {
    const support::TemporaryFolder folder;
    EXPECT_NE(demo::make_crm(folder.file("missing/crm.db"), {}), "");
}

}  // namespace
