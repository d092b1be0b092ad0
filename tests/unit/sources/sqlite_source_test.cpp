#include "sources/sqlite_source.hpp"

#include "unit/sources/source_world.hpp"
#include "unit/sources/sqlite_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace source_tests {
namespace {

using live::FieldType;
using sources::BlockingPool;
using sources::SqliteSource;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto never = 1h;

class SqliteSourceTest : public testing::Test {
protected:
    SqliteSource::Options options() {
        SqliteSource::Options options;
        options.dataset = "pipeline";
        options.query.path = path_;
        options.query.text = "SELECT stage, amount FROM deals ORDER BY stage";
        options.query.fields = {{"stage", FieldType::string}, {"amount", FieldType::number}};
        options.plan.every = never;
        options.plan.retry_shortest = 1ms;
        options.plan.retry_longest = 2ms;
        options.lane = std::make_shared<BlockingPool::Lane>(4);
        return options;
    }

    void start(SqliteSource::Options options) {
        source_ = std::make_unique<SqliteSource>(world_.context(), std::move(options));
        source_->start();
    }

    SqliteFile make_database() {
        SqliteFile file(path_);
        file.run(
            "CREATE TABLE deals(stage TEXT, amount REAL);"
            "INSERT INTO deals VALUES('won', 7.5), ('lead', 3)");
        return file;
    }

    [[nodiscard]] bool batches_are(std::size_t count) {
        return world_.run_until([&] { return world_.port.batches.size() >= count; });
    }
    [[nodiscard]] bool fails() {
        return world_.run_until([&] { return !world_.port.reports.empty(); });
    }

    SourceWorld world_;
    std::string path_ = world_.folder.file("crm.db");
    std::unique_ptr<SqliteSource> source_;
};

TEST_F(SqliteSourceTest, HandsOverTheResultAsTheWholeTable) {
    const auto file = make_database();
    start(options());
    ASSERT_TRUE(batches_are(1));
    EXPECT_EQ(world_.port.batches[0].dataset, "pipeline");
    EXPECT_EQ(world_.port.batches[0].operation, live::Operation::replace);
    EXPECT_EQ(world_.port.batches[0].text(), R"([["lead",3],["won",7.5]])");
    EXPECT_THAT(world_.port.reports, ElementsAre());
    EXPECT_EQ(source_->counts().batches, 1U);
    EXPECT_EQ(source_->expected_every(), never);
}

TEST_F(SqliteSourceTest, RunsAgainEveryInterval) {
    const auto file = make_database();
    auto wanted = options();
    wanted.plan.every = 2ms;
    start(wanted);
    EXPECT_TRUE(batches_are(3));
}

TEST_F(SqliteSourceTest, RunsOnceForTwoHundredViewersAndNeverForNone) {
    const auto file = make_database();
    auto wanted = options();
    wanted.plan.only_while_watched = true;
    start(wanted);
    world_.run_for(20ms);
    EXPECT_EQ(source_->counts().runs, 0U);
    for (int viewer = 0; viewer < 200; ++viewer) source_->watched(true);
    ASSERT_TRUE(batches_are(1));
    // The result is younger than the interval: who comes back to it sees it without a query.
    source_->watched(false);
    source_->watched(true);
    world_.run_for(20ms);
    EXPECT_EQ(source_->counts().runs, 1U);
}

TEST_F(SqliteSourceTest, RunsAtOnceForTheFirstViewerWhenTheResultIsOld) {
    const auto file = make_database();
    auto wanted = options();
    wanted.plan.only_while_watched = true;
    wanted.plan.every = 400ms;
    start(wanted);
    source_->watched(true);
    ASSERT_TRUE(batches_are(1));
    source_->watched(false);
    world_.run_for(450ms);
    ASSERT_EQ(source_->counts().runs, 1U);
    source_->watched(true);
    const auto before = std::chrono::steady_clock::now();
    ASSERT_TRUE(batches_are(2));
    EXPECT_LT(std::chrono::steady_clock::now() - before, 200ms);
}

TEST_F(SqliteSourceTest, FollowsAChangeOfAnotherConnectionWithoutWaitingForTheInterval) {
    auto file = make_database();
    auto wanted = options();
    wanted.look_every = 1ms;
    start(wanted);
    ASSERT_TRUE(batches_are(1));
    world_.run_for(20ms);
    EXPECT_EQ(source_->counts().runs, 1U);
    file.run("UPDATE deals SET amount = 4 WHERE stage = 'lead'");
    ASSERT_TRUE(batches_are(2));
    EXPECT_EQ(world_.port.batches[1].text(), R"([["lead",4],["won",7.5]])");
}

TEST_F(SqliteSourceTest, FollowsManyChangesWithinTheDebounceTimeOnceAtItsEnd) {
    auto file = make_database();
    auto wanted = options();
    wanted.look_every = 1ms;
    wanted.plan.debounce = 1s;
    start(wanted);
    ASSERT_TRUE(batches_are(1));
    const auto first_change = std::chrono::steady_clock::now();
    file.run("UPDATE deals SET amount = amount + 1");
    ASSERT_TRUE(batches_are(2));
    EXPECT_LT(std::chrono::steady_clock::now() - first_change, 800ms);
    for (int change = 0; change < 10; ++change) {
        file.run("UPDATE deals SET amount = amount + 1");
        world_.run_for(10ms);
    }
    EXPECT_EQ(source_->counts().runs, 2U);
    ASSERT_TRUE(batches_are(3));
    EXPECT_GE(std::chrono::steady_clock::now() - first_change, 1s);
    EXPECT_EQ(world_.port.batches[2].text(), R"([["lead",14],["won",18.5]])");
}

TEST_F(SqliteSourceTest, DoesNotLookForChangesWhileNobodyWatches) {
    auto file = make_database();
    auto wanted = options();
    wanted.look_every = 1ms;
    wanted.plan.only_while_watched = true;
    start(wanted);
    source_->watched(true);
    ASSERT_TRUE(batches_are(1));
    source_->watched(false);
    file.run("UPDATE deals SET amount = amount + 1");
    world_.run_for(20ms);
    EXPECT_EQ(source_->counts().runs, 1U);
    source_->watched(true);
    EXPECT_TRUE(batches_are(2));
}

TEST_F(SqliteSourceTest, WaitsForADatabaseThatDoesNotExistYet) {
    start(options());
    ASSERT_TRUE(world_.run_until([&] { return source_->counts().failures >= 3; }));
    EXPECT_THAT(world_.port.reports, ElementsAre(path_ + ": No such file or directory"));
    const auto file = make_database();
    // It may be read between its making and that of its table, which is another problem.
    ASSERT_TRUE(batches_are(1));
    EXPECT_EQ(world_.port.reports.back(), "");
}

TEST_F(SqliteSourceTest, ReadsTheFileThatTookTheFirstOnesPlace) {
    const auto file = make_database();
    auto wanted = options();
    wanted.look_every = 1ms;
    start(wanted);
    ASSERT_TRUE(batches_are(1));
    const auto other = world_.folder.file("other.db");
    SqliteFile(other).run(
        "CREATE TABLE deals(stage TEXT, amount REAL);"
        "INSERT INTO deals VALUES('lost', 1)");
    std::filesystem::rename(other, path_);
    ASSERT_TRUE(batches_are(2));
    EXPECT_EQ(world_.port.batches[1].text(), R"([["lost",1]])");
}

TEST_F(SqliteSourceTest, SaysAProblemOnceAndThatItIsGone) {
    SqliteFile file(path_);
    file.run("CREATE TABLE other(a)");
    start(options());
    ASSERT_TRUE(world_.run_until([&] { return source_->counts().failures >= 3; }));
    file.run("BEGIN; CREATE TABLE deals(stage TEXT, amount REAL); COMMIT");
    ASSERT_TRUE(batches_are(1));
    EXPECT_THAT(world_.port.reports, ElementsAre(path_ + ": no such table: deals", ""));
}

TEST_F(SqliteSourceTest, NamesColumnsThatAreMissingOrTooMany) {
    const auto file = make_database();
    auto wanted = options();
    wanted.query.text = "SELECT stage FROM deals";
    start(wanted);
    ASSERT_TRUE(fails());
    EXPECT_EQ(world_.port.reports[0], "the query has no column 'amount'");
    world_.port.reports.clear();
    wanted.query.text = "SELECT stage, amount, 1 AS extra FROM deals";
    start(wanted);
    ASSERT_TRUE(fails());
    EXPECT_EQ(world_.port.reports[0], "the query's column 'extra' is no field of the dataset");
}

TEST_F(SqliteSourceTest, RefusesABlobAndWhatWouldWrite) {
    auto file = make_database();
    auto wanted = options();
    wanted.query.text = "SELECT stage, x'00ff' AS amount FROM deals";
    start(wanted);
    ASSERT_TRUE(fails());
    EXPECT_EQ(world_.port.reports[0], "row 1, column 'amount': a blob");
    world_.port.reports.clear();
    wanted.query.text = "DELETE FROM deals RETURNING stage, amount";
    start(wanted);
    ASSERT_TRUE(fails());
    EXPECT_EQ(world_.port.reports[0], "the query would write");
    world_.port.reports.clear();
    wanted.query.text = "SELECT stage, amount FROM deals; SELECT 1";
    start(wanted);
    ASSERT_TRUE(fails());
    EXPECT_EQ(world_.port.reports[0], "the query has more than one statement");
}

TEST_F(SqliteSourceTest, TakesBooleansTimesAndJsonAsSQLiteHasThem) {
    auto file = make_database();
    auto wanted = options();
    wanted.query.text =
        "SELECT 1 AS won, '2026-11-20' AS at, json_array(1, 'a') AS tags, "
        "NULL AS none, 9007199254740993 AS big";
    wanted.query.fields = {{"big", FieldType::integer},
                           {"won", FieldType::boolean},
                           {"at", FieldType::time},
                           {"tags", FieldType::json},
                           {"none", FieldType::string}};
    start(wanted);
    ASSERT_TRUE(batches_are(1));
    EXPECT_EQ(world_.port.batches[0].text(),
              R"([[9007199254740993,true,"2026-11-20",[1,"a"],null]])");
}

TEST_F(SqliteSourceTest, RefusesAResultOverItsBounds) {
    const auto file = make_database();
    auto wanted = options();
    wanted.query.rows_max = 1;
    start(wanted);
    ASSERT_TRUE(fails());
    EXPECT_EQ(world_.port.reports[0], "the result has more than 1 rows");
    world_.port.reports.clear();
    wanted.query.rows_max = 1'000'000;
    wanted.query.bytes_max = 1 << 20;
    wanted.query.text =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT 'x' AS stage, i AS amount FROM n";
    start(wanted);
    ASSERT_TRUE(fails());
    EXPECT_EQ(world_.port.reports[0], "the result has more than 1 MiB");
}

TEST_F(SqliteSourceTest, EndsAQueryThatTakesTooLong) {
    const auto file = make_database();
    auto wanted = options();
    wanted.query.timeout = 30ms;
    wanted.query.text =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT 'x' AS stage, count(*) AS amount FROM n";
    start(wanted);
    ASSERT_TRUE(fails());
    EXPECT_EQ(world_.port.reports[0], path_ + ": the query took longer than 30 ms");
}

TEST_F(SqliteSourceTest, WaitsForALockAndGivesUpAfterTheTimeout) {
    auto file = make_database();
    file.run("BEGIN EXCLUSIVE");
    auto wanted = options();
    wanted.query.timeout = 30ms;
    start(wanted);
    ASSERT_TRUE(fails());
    EXPECT_EQ(world_.port.reports[0], path_ + ": locked for longer than 30 ms");
    file.run("COMMIT");
    ASSERT_TRUE(batches_are(1));
    EXPECT_EQ(world_.port.reports.back(), "");
}

TEST_F(SqliteSourceTest, CountsARefusedBatchAsAFailureAndTriesAgain) {
    const auto file = make_database();
    world_.port.refusal = "row 1, amount: wrong_type";
    start(options());
    ASSERT_TRUE(batches_are(2));
    EXPECT_THAT(world_.port.reports, ElementsAre("row 1, amount: wrong_type"));
    world_.port.refusal.clear();
    ASSERT_TRUE(world_.run_until([&] { return source_->counts().batches == 1; }));
    EXPECT_THAT(world_.port.reports, ElementsAre("row 1, amount: wrong_type", ""));
}

TEST_F(SqliteSourceTest, HandsOverNothingMoreWhileABatchIsBeingDecided) {
    const auto file = make_database();
    auto wanted = options();
    wanted.plan.every = 1ms;
    world_.port.answers = false;
    start(wanted);
    ASSERT_TRUE(batches_are(1));
    world_.run_for(20ms);
    EXPECT_EQ(world_.port.batches.size(), 1U);
    world_.port.answers = true;
    world_.port.batches[0].done("");
    EXPECT_TRUE(batches_are(2));
}

TEST_F(SqliteSourceTest, SaysNothingAfterItWasStopped) {
    const auto file = make_database();
    start(options());
    source_->stop();
    world_.run_for(20ms);
    EXPECT_TRUE(world_.port.batches.empty());

    world_.port.answers = false;
    start(options());
    ASSERT_TRUE(batches_are(1));
    source_->stop();
    world_.port.batches[0].done("too late");
    EXPECT_TRUE(world_.port.reports.empty());
}

}  // namespace
}  // namespace source_tests
