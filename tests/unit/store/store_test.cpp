// What is appended is there after the next start: rows, versions, results of idempotency keys, documents.
#include "store_world.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace chartcast::store {
namespace {

/// Opens the file as a crashed program left it: everything but the mark.
void forget_clean_end(Owner& owner) {
    owner.close();
    Owner crashed(owner.options.path);
    crashed.gives_snapshots = false;
    const auto copy = owner.options.path + ".crashed";
    crashed.open();
    std::filesystem::copy(owner.options.path, copy);
    crashed.close();
    std::filesystem::remove_all(owner.options.path);
    std::filesystem::rename(copy, owner.options.path);
}

TEST(Store, BringsBackRowsAndVersions) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    EXPECT_TRUE(owner.loaded.clean);
    EXPECT_TRUE(owner.loaded.datasets.empty());
    owner.define("deals", deals_schema());
    EXPECT_FALSE(owner.upsert("deals", "a", 1.5, Object{{"x", Array{1, 2.5, "t", true}}}));
    EXPECT_FALSE(owner.upsert("deals", "b", 2));
    EXPECT_FALSE(owner.upsert("deals", "a", 3));
    const auto before = owner.state("deals").image();

    owner.reopen();

    EXPECT_TRUE(owner.loaded.clean);
    ASSERT_EQ(owner.loaded.datasets.size(), 1u);
    const auto& dataset = owner.loaded.datasets.front();
    EXPECT_EQ(dataset.id, "deals");
    EXPECT_EQ(dataset.schema.fields().size(), 4u);
    EXPECT_EQ(dataset.image.position, (live::Position{"first", 3}));
    EXPECT_EQ(rows_of(dataset.image), rows_of(before));
    EXPECT_EQ(dataset.image.next_seq, before.next_seq);
    EXPECT_EQ(dataset.image.clock, before.clock);
}

TEST(Store, GoesOnWhereItEnded) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    for (int round = 0; round < 3; ++round) {
        owner.open();
        owner.define("deals", deals_schema());
        EXPECT_FALSE(owner.upsert("deals", "r" + std::to_string(round), round));
        owner.close();
    }
    owner.open();
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position, (live::Position{"first", 3}));
    EXPECT_EQ(owner.loaded.datasets.at(0).image.rows.size(), 3u);
    EXPECT_EQ(owner.asked, 0);
}

TEST(Store, RemembersTheResultOfAnIdempotencyKey) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    auto entry = owner.entry(Operation::upsert, {Value(deal("a", 1))});
    entry.idempotency_key = "key";
    entry.body_hash = "hash";
    EXPECT_FALSE(owner.publish("deals", entry));
    // Changed nothing, has a result nevertheless.
    auto idle = entry;
    idle.idempotency_key = "idle";
    EXPECT_FALSE(owner.publish("deals", idle));
    EXPECT_EQ(owner.last.verdict, live::Verdict::unchanged);

    owner.reopen();

    EXPECT_EQ(live::apply(owner.state("deals"), entry).verdict, live::Verdict::replayed);
    EXPECT_EQ(live::apply(owner.state("deals"), idle).verdict, live::Verdict::replayed);
    idle.body_hash = "other";
    EXPECT_EQ(live::apply(owner.state("deals"), idle).verdict, live::Verdict::key_reused);
}

TEST(Store, WritesWhatCameDuringACommitTogether) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    int done = 0;
    for (int at = 0; at < 500; ++at) {
        owner.submit("deals", owner.entry(Operation::upsert, {Value(deal(std::to_string(at), at))}),
                     [&done](error_code ec) { done += ec ? 0 : 1; });
    }
    EXPECT_EQ(done, 0);
    owner.run_until([&done] { return done == 500; });
    EXPECT_LE(owner.store->health().commits, 3u);
    EXPECT_EQ(owner.store->health().entries, 500u);
    owner.reopen();
    EXPECT_EQ(owner.loaded.datasets.at(0).image.rows.size(), 500u);
}

TEST(Store, WritesAnAppendToSeveralDatasetsInOneTransaction) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("a", deals_schema());
    owner.define("b", deals_schema());
    std::vector<EntryRecord> records;
    records.push_back(owner.accept("a", owner.entry(Operation::upsert, {Value(deal("1", 1))})));
    records.push_back(owner.accept("b", owner.entry(Operation::upsert, {Value(deal("2", 2))})));
    EXPECT_FALSE(
        owner.wait([&](OnDone done) { owner.store->append(std::move(records), std::move(done)); }));
    EXPECT_EQ(owner.store->health().commits, 1u);
    owner.reopen();
    EXPECT_EQ(owner.loaded.datasets.size(), 2u);
}

TEST(Store, RefusesADatasetThatNobodyDefined) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.states["deals"] = std::make_unique<live::DatasetState>(deals_schema(), "first");
    EXPECT_EQ(owner.upsert("deals", "a", 1), errc::unknown);
    EXPECT_EQ(owner.confirm("other"), errc::unknown);
}

TEST(Store, CallsNobodyBackBeforeTheCallReturns) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    bool called = false;
    owner.store->append({}, [&called](error_code) { called = true; });
    EXPECT_FALSE(called);
    owner.run_until([&called] { return called; });
}

TEST(Store, KeepsTheNewestValueOfADocument) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    EXPECT_FALSE(owner.put("bars", Object{{"series", Array{1}}}, 1));
    owner.now += 10;
    EXPECT_FALSE(owner.put("bars", Object{{"series", Array{2}}}, 2));
    EXPECT_FALSE(owner.put("lines", nullptr, 7));
    owner.reopen();
    ASSERT_EQ(owner.loaded.documents.size(), 2u);
    const auto& bars = owner.loaded.documents.at(0);
    EXPECT_EQ(bars.id, "bars");
    EXPECT_EQ(bars.position, (live::Position{"first", 2}));
    EXPECT_EQ(bars.value, Value(Object{{"series", Array{2}}}));
    EXPECT_EQ(owner.loaded.documents.at(1).position.v, 7u);
    // A new value follows the ones before.
    EXPECT_FALSE(owner.put("bars", 3, 3));
    owner.reopen();
    EXPECT_EQ(owner.loaded.documents.at(0).value, Value(3));
}

TEST(Store, TakesANewEpochAfterAnUncleanEndAndKeepsTheVersion) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    EXPECT_FALSE(owner.upsert("deals", "a", 1));
    EXPECT_FALSE(owner.put("bars", 1, 5));
    forget_clean_end(owner);

    owner.open();
    EXPECT_FALSE(owner.loaded.clean);
    const auto second = owner.loaded.datasets.at(0).image.position;
    EXPECT_EQ(second.v, 1u);
    EXPECT_NE(second.epoch, "first");
    EXPECT_EQ(second.epoch.size(), 6u);
    EXPECT_EQ(owner.loaded.documents.at(0).position.v, 5u);
    const auto document_epoch = owner.loaded.documents.at(0).position.epoch;
    EXPECT_NE(document_epoch, "first");
    owner.now += 100;
    EXPECT_FALSE(owner.upsert("deals", "a", 2));

    // The name is on disk: a clean end keeps it.
    owner.reopen();
    EXPECT_TRUE(owner.loaded.clean);
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position, (live::Position{second.epoch, 2}));
    EXPECT_EQ(owner.loaded.documents.at(0).position.epoch, document_epoch);

    // Batches keep the names that they were shown under, also when it happens again.
    forget_clean_end(owner);
    owner.open();
    EXPECT_NE(owner.loaded.datasets.at(0).image.position.epoch, second.epoch);
    const auto history = owner.history({"deals", {}, {}, {}, {}, 100});
    ASSERT_TRUE(history);
    ASSERT_EQ(history->batches.size(), 2u);
    EXPECT_EQ(history->batches[0].position, (live::Position{"first", 1}));
    EXPECT_EQ(history->batches[1].position, (live::Position{second.epoch, 2}));
}

TEST(Store, AsksForASnapshotWhenTheEntriesWeighMore) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    const Value note(std::string(64 * 1024, 'x'));
    for (int at = 0; at < 16; ++at) EXPECT_FALSE(owner.upsert("deals", "a", at, note));
    EXPECT_EQ(owner.asked, 0);
    EXPECT_FALSE(owner.upsert("deals", "a", 16, note));
    owner.run_until([&owner] { return owner.asked == 1; });
    EXPECT_FALSE(owner.upsert("deals", "a", 17, note));
    owner.settle();
    EXPECT_EQ(owner.asked, 1);
    owner.reopen();
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position.v, 18u);
    EXPECT_EQ(owner.loaded.datasets.at(0).image.rows.at(0)->cells.at(1), Value(17));
}

TEST(Store, WaitsForTheStateOfADatasetThatHasAnotherSchema) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    EXPECT_FALSE(owner.upsert("deals", "a", 1));
    EXPECT_FALSE(owner.upsert("deals", "b", 2));
    owner.define("deals", deals_schema());
    EXPECT_EQ(owner.asked, 0);

    owner.states["deals"] = std::make_unique<live::DatasetState>(deals_schema(1), "second");
    owner.define("deals", deals_schema(1));
    EXPECT_FALSE(owner.upsert("deals", "c", 3));
    EXPECT_FALSE(owner.upsert("deals", "d", 4));
    EXPECT_EQ(owner.asked, 1);
    owner.reopen();
    const auto& dataset = owner.loaded.datasets.at(0);
    EXPECT_EQ(dataset.schema.window().rows, 1u);
    EXPECT_EQ(dataset.image.position, (live::Position{"second", 2}));
    EXPECT_EQ(rows_of(dataset.image).at(0).at(0), Value("d"));
}

TEST(Store, WritesWhatIsStillWaitingWhenItIsClosed) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    int called = 0;
    for (int at = 0; at < 100; ++at) {
        owner.submit("deals", owner.entry(Operation::upsert, {Value(deal(std::to_string(at), at))}),
                     [&called](error_code) { ++called; });
    }
    owner.reopen();
    EXPECT_EQ(called, 0);
    EXPECT_TRUE(owner.loaded.clean);
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position, (live::Position{"first", 100}));
}

TEST(Store, IsUsedByOneProgramAtATime) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    Owner other(folder.path());
    try {
        other.open();
        FAIL() << "two stores in one folder";
    } catch (const StoreError& error) {
        EXPECT_NE(std::string(error.what()).find(folder.path()), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("another chartcast"), std::string::npos);
    }
    owner.close();
    other.open();
}

}  // namespace
}  // namespace chartcast::store
