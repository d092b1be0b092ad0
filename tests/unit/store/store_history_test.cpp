// What the store tells about the past, for how long, and that copies of it are stores.
#include "live/conflate.hpp"
#include "store/layout.hpp"
#include "store/sqlite.hpp"
#include "store_world.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace chartcast::store {
namespace {

/// Versions 1 to 10 at 1001000, 1002000 ..., a snapshot after the fifth.
void write_ten(Owner& owner) {
    owner.define("deals", deals_schema(4));
    for (int at = 1; at <= 10; ++at) {
        owner.now += 1000;
        EXPECT_FALSE(owner.upsert("deals", std::to_string(at), at));
        if (at == 5) owner.snapshot("deals");
    }
}

/// Ten versions of "deals", then two values of "bars" with a pause between them, of which six seconds are kept.
void write_into_short_history(Owner& owner, std::int64_t pause) {
    owner.options.history = std::chrono::seconds(6);
    owner.open();
    write_ten(owner);
    EXPECT_FALSE(owner.put("bars", 1, 1));
    owner.now += pause;
    EXPECT_FALSE(owner.put("bars", 2, 2));
}

std::vector<std::uint64_t> versions(const Store::History& history) {
    std::vector<std::uint64_t> found;
    for (const auto& batch : history.batches) found.push_back(batch.position.v);
    return found;
}

std::vector<std::uint64_t> range(std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> wanted(to - from + 1);
    std::iota(wanted.begin(), wanted.end(), from);
    return wanted;
}

std::uint64_t file_size(const std::string& folder) {
    return std::filesystem::file_size(folder + '/' + database_file);
}

TEST(StoreHistory, TellsEveryBatchAsItWas) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    write_ten(owner);
    const auto all = owner.history({"deals", {}, {}, {}, {}, 100});
    ASSERT_TRUE(all);
    EXPECT_EQ(versions(*all), range(1, 10));
    EXPECT_FALSE(all->next);
    EXPECT_EQ(all->schema->window().rows, 4u);
    const auto& fifth = all->batches.at(4).delta;
    EXPECT_EQ(fifth.from, 4u);
    EXPECT_EQ(fifth.to, 5u);
    EXPECT_EQ(fifth.ts, 1'005'000);
    // The window's work is part of it.
    EXPECT_EQ(fifth.trim_before, 1u);
    EXPECT_EQ(fifth.changes.at(0).row->cells.at(0), Value("5"));
}

TEST(StoreHistory, IsAskedByVersionsOrTimesInPages) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    write_ten(owner);
    EXPECT_EQ(versions(*owner.history({"deals", 3, 7, {}, {}, 100})), range(3, 7));
    EXPECT_EQ(versions(*owner.history({"deals", 6, {}, {}, {}, 100})), range(6, 10));
    EXPECT_EQ(versions(*owner.history({"deals", {}, {}, 1'004'000, 1'006'500, 100})), range(4, 6));
    EXPECT_EQ(versions(*owner.history({"deals", {}, 2, {}, {}, 100})), range(1, 2));
    EXPECT_TRUE(owner.history({"deals", 11, {}, {}, {}, 100})->batches.empty());
    const auto page = owner.history({"deals", 2, {}, {}, {}, 4});
    EXPECT_EQ(versions(*page), range(2, 5));
    EXPECT_EQ(page->next, 6u);
    const auto last = owner.history({"deals", 6, {}, {}, {}, 5});
    EXPECT_EQ(versions(*last), range(6, 10));
    EXPECT_FALSE(last->next);
}

TEST(StoreHistory, CountsOnlyTheBatchesThatAreTold) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    write_ten(owner);
    Store::HistoryQuery query{"deals", {}, {}, {}, {}, 2};
    query.tells = [](const live::Schema&, const live::Delta& delta) { return delta.to % 3 == 0; };
    const auto page = owner.history(query);
    EXPECT_EQ(versions(*page), (std::vector<std::uint64_t>{3, 6}));
    EXPECT_EQ(page->next, 9u);
    query.from_v = page->next;
    const auto last = owner.history(query);
    EXPECT_EQ(versions(*last), (std::vector<std::uint64_t>{9}));
    EXPECT_FALSE(last->next);
    query.tells = [](const live::Schema&, const live::Delta&) { return false; };
    EXPECT_TRUE(owner.history(query)->batches.empty());
}

TEST(StoreHistory, AnOldestBatchHasATimeWhoseRowsCanBeRead) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    write_into_short_history(owner, 4000);
    owner.snapshot("deals");
    owner.settle();
    const auto oldest = owner.history({"deals", {}, {}, {}, {}, 1});
    EXPECT_EQ(versions(*oldest), range(6, 6));
    const auto at = owner.at("deals", oldest->batches.at(0).delta.ts);
    ASSERT_TRUE(at);
    EXPECT_EQ((*at)->image.position.v, 6u);
}

TEST(StoreHistory, GivesTheRowsOfEachMoment) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    write_ten(owner);
    for (std::int64_t at = 1; at <= 10; ++at) {
        const auto state = owner.at("deals", 1'000'000 + at * 1000 + 500);
        ASSERT_TRUE(state);
        EXPECT_EQ((*state)->image.position.v, static_cast<std::uint64_t>(at));
        const auto rows = rows_of((*state)->image);
        EXPECT_EQ(rows.size(), std::min<std::size_t>(static_cast<std::size_t>(at), 4));
        EXPECT_EQ(rows.back().at(0), Value(std::to_string(at)));
    }
    EXPECT_TRUE((*owner.at("deals", 1000))->image.rows.empty());
    EXPECT_EQ(owner.at("nobody", 1000).error(), errc::unknown);
    EXPECT_EQ(owner.history({"nobody", {}, {}, {}, {}, 1}).error(), errc::unknown);
}

TEST(StoreHistory, GivesDocumentsOfEachMoment) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    for (std::uint64_t v = 1; v <= 3; ++v) {
        owner.now += 1000;
        EXPECT_FALSE(owner.put("bars", v, v));
    }
    const auto at = [&](const std::string& id, std::int64_t ts) {
        std::optional<boost::system::result<Document>> answer;
        owner.store->at_document(Document::Kind::raw_chart, id, ts,
                                 [&answer](auto got) { answer = std::move(got); });
        owner.run_until([&answer] { return answer.has_value(); });
        return *answer;
    };
    EXPECT_EQ(at("bars", 1'002'500)->value, Value(2));
    EXPECT_EQ(at("bars", 1'003'000)->position.v, 3u);
    EXPECT_EQ(at("bars", 1'000'500).error(), errc::too_old);
    EXPECT_EQ(at("nobody", 1'000'500).error(), errc::unknown);
}

TEST(StoreHistory, IsRefusedWhereItsBeginningIsGone) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    write_into_short_history(owner, 2000);
    // The snapshot after version 5 is now older than what is kept, so it is the new beginning.
    owner.now += 2000;
    owner.snapshot("deals");
    owner.settle();
    EXPECT_EQ(owner.history({"deals", 5, {}, {}, {}, 100}).error(), errc::too_old);
    EXPECT_EQ(owner.history({"deals", {}, {}, 1'004'000, {}, 100}).error(), errc::too_old);
    EXPECT_EQ(versions(*owner.history({"deals", 6, {}, {}, {}, 100})), range(6, 10));
    EXPECT_EQ(versions(*owner.history({"deals", {}, {}, {}, {}, 100})), range(6, 10));
    EXPECT_EQ(owner.at("deals", 1'004'000).error(), errc::too_old);
    EXPECT_EQ((*owner.at("deals", 1'006'500))->image.position.v, 6u);
    // For this dataset longer, for all else much shorter.
    owner.store->retain(std::chrono::milliseconds(1), {{"deals", std::chrono::hours(1)}}, 1 << 30);
    EXPECT_FALSE(owner.put("bars", 3, 3));
    owner.now += 100'000;
    EXPECT_FALSE(owner.put("bars", 4, 4));
    owner.settle();
    EXPECT_EQ(versions(*owner.history({"deals", {}, {}, {}, {}, 100})), range(6, 10));
    owner.close();
    Connection file(folder.path() + '/' + database_file, Connection::Mode::read);
    EXPECT_EQ(file.number("SELECT count(*) FROM documents"), 2);
}

TEST(StoreHistory, KeepsTheFileBelowItsSizeAndNeverLosesTheState) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.options.max_size = 6 << 20;
    owner.open();
    owner.define("deals", deals_schema());
    owner.define("quiet", deals_schema());
    EXPECT_FALSE(owner.upsert("quiet", "a", 1));
    std::uint64_t largest = 0;
    for (int at = 0; at < 600; ++at) {
        owner.now += 1100;
        EXPECT_FALSE(
            owner.upsert("deals", std::to_string(at % 7), at, std::string(64 * 1024, 'n')));
        owner.settle();
        largest = std::max(largest, owner.store->health().bytes);
    }
    // What came since the last snapshot, and a snapshot, may lie on top.
    EXPECT_LT(largest, 9u << 20);
    EXPECT_LT(file_size(folder.path()), 12u << 20);
    EXPECT_EQ(owner.history({"deals", 1, {}, {}, {}, 1}).error(), errc::too_old);
    EXPECT_FALSE(owner.history({"deals", {}, {}, {}, {}, 1})->batches.empty());
    owner.reopen();
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position.v, 600u);
    EXPECT_EQ(owner.loaded.datasets.at(1).image.rows.size(), 1u);

    // A smaller bound gives room back to the file system.
    owner.store->retain(std::chrono::hours(24), {}, 2 << 20);
    for (int at = 0; at < 20; ++at) {
        owner.now += 1100;
        EXPECT_FALSE(owner.upsert("quiet", "a", at + 2));
        owner.settle();
    }
    owner.snapshot("deals");
    owner.reopen();
    EXPECT_LT(file_size(folder.path()), 5u << 20);
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position.v, 600u);
}

TEST(StoreHistory, HasASchemaForEachAnswer) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    EXPECT_FALSE(owner.upsert("deals", "a", 1));
    EXPECT_FALSE(owner.upsert("deals", "b", 2));
    // The owner keeps the rows under another schema, in a new epoch.
    auto image = owner.state("deals").image();
    image.position = {"second", 3};
    owner.states["deals"] = std::make_unique<live::DatasetState>(deals_schema(9), image);
    owner.define("deals", deals_schema(9));
    EXPECT_FALSE(owner.upsert("deals", "c", 3));
    EXPECT_FALSE(owner.upsert("deals", "d", 4));
    const auto first = owner.history({"deals", {}, {}, {}, {}, 100});
    EXPECT_EQ(versions(*first), range(1, 2));
    EXPECT_EQ(first->schema->window().rows, 0u);
    EXPECT_TRUE(first->next);
    EXPECT_EQ(*first->next, 4u);
    const auto second = owner.history({"deals", 3, {}, {}, {}, 100});
    EXPECT_EQ(versions(*second), range(4, 5));
    EXPECT_EQ(second->schema->window().rows, 9u);
    EXPECT_EQ(second->batches.at(0).delta.replace->size(), 3u);
}

TEST(StoreHistory, SlowReaderDoesNotHoldUpTheWriter) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    write_ten(owner);
    Connection reader(folder.path() + '/' + database_file, Connection::Mode::read);
    Statement statement(reader, "SELECT n FROM entries");
    ASSERT_TRUE(statement.step());
    for (int at = 0; at < 100; ++at) EXPECT_FALSE(owner.upsert("deals", "x", at));
}

TEST(StoreHistory, RefusesReadsWhenTooManyWait) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    write_ten(owner);
    int answered = 0;
    int busy = 0;
    for (int at = 0; at < 100; ++at) {
        owner.store->at("deals", owner.now, [&](auto got) {
            ++answered;
            busy += got.has_error() && got.error() == errc::busy ? 1 : 0;
        });
    }
    owner.run_until([&] { return answered == 100; });
    EXPECT_EQ(busy, 36);
}

TEST(StoreBackup, CopiesAStoreInUseThatIsRestoredUnderNewEpochs) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    write_ten(owner);
    backup(folder.path(), folder.path("copy.db"));
    EXPECT_FALSE(owner.upsert("deals", "later", 1));
    try {
        backup(folder.path(), folder.path("copy.db"));
        FAIL() << "overwritten";
    } catch (const StoreError& error) {
        EXPECT_NE(std::string(error.what()).find("is there already"), std::string::npos);
    }
    EXPECT_THROW(restore(folder.path("copy.db"), folder.path()), StoreError);

    restore(folder.path("copy.db"), folder.path("restored"));
    Owner restored(folder.path("restored"));
    restored.open();
    EXPECT_FALSE(restored.loaded.clean);
    const auto position = restored.loaded.datasets.at(0).image.position;
    EXPECT_EQ(position.v, 10u);
    EXPECT_NE(position.epoch, "first");
    EXPECT_FALSE(restored.upsert("deals", "again", 1));
}

TEST(StoreBackup, OfAClosedStoreIsRestoredUnderNewEpochsToo) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    write_ten(owner);
    owner.close();
    backup(folder.path(), folder.path("copy.db"));
    restore(folder.path("copy.db"), folder.path("restored"));
    Owner restored(folder.path("restored"));
    restored.open();
    EXPECT_FALSE(restored.loaded.clean);
}

TEST(StoreBackup, RefusesWhatIsNoStore) {
    const TemporaryFolder folder;
    EXPECT_THROW(backup(folder.path(), folder.path("copy.db")), StoreError);
    EXPECT_THROW(restore(folder.path("missing"), folder.path()), StoreError);
    {
        Connection other(folder.path("theirs"), Connection::Mode::create);
        other.execute("CREATE TABLE theirs (x)");
    }
    EXPECT_THROW(restore(folder.path("theirs"), folder.path()), StoreError);
    EXPECT_FALSE(std::filesystem::exists(folder.path() + '/' + database_file));
}

}  // namespace
}  // namespace chartcast::store
