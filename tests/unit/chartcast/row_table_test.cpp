// Rows in order, found by key, through any number of comings and goings.
#include "live/row_table.hpp"

#include "unit/chartcast/live_values.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace chartcast::live {
namespace {

RowRef row(std::uint64_t seq, const std::string& id, const char* region = "north") {
    return make_row(seq, 0, {id, region, 1.0, 2});
}
std::vector<std::uint64_t> seqs(const RowTable& table) {
    std::vector<std::uint64_t> seqs;
    table.for_each([&seqs](const RowRef& one) { seqs.push_back(one->seq); });
    return seqs;
}

TEST(RowTable, FindsRowsByKeyAndNumber) {
    const auto schema = schema_of(deals_definition());
    RowTable table(schema);
    table.append(row(3, "a"));
    table.append(row(5, "b"));
    EXPECT_EQ(table.find({"b"})->seq, 5u);
    EXPECT_FALSE(table.find({"c"}));
    EXPECT_EQ(table.by_seq(3)->cells[0], Value("a"));
    EXPECT_FALSE(table.by_seq(4));
    EXPECT_EQ(table.front()->seq, 3u);
}

TEST(RowTable, ReplacesInPlace) {
    const auto schema = schema_of(deals_definition());
    RowTable table(schema);
    table.append(row(1, "a"));
    table.append(row(2, "b"));
    table.replace(*table.find({"a"}), row(1, "a", "south"));
    EXPECT_EQ(table.find({"a"})->cells[1], Value("south"));
    EXPECT_EQ(seqs(table), (std::vector<std::uint64_t>{1, 2}));
}

TEST(RowTable, CountsBytesByPartition) {
    auto definition = deals_definition();
    definition.row_access = "region";
    const auto schema = schema_of(definition);
    RowTable table(schema);
    const auto north = AccessSet::of(schema, {"north"});
    const auto both = AccessSet::of(schema, {"north", "south", "nobody"});
    table.append(row(1, "a", "north"));
    table.append(row(2, "b", "south"));
    EXPECT_EQ(table.bytes(north), table.find({"a"})->bytes);
    EXPECT_EQ(table.bytes(both), table.bytes(AccessSet::all()));
    table.replace(*table.find({"a"}), row(1, "a", "south"));
    EXPECT_EQ(table.bytes(north), 0u);
    table.remove(*table.find({"b"}));
    table.remove(*table.find({"a"}));
    EXPECT_EQ(table.bytes(AccessSet::all()), 0u);
    EXPECT_TRUE(table.empty());
}

TEST(RowTable, AgreesWithAMapAfterManyChanges) {
    for (const bool keyed : {true, false}) {
        auto definition = deals_definition();
        if (!keyed) definition.key.clear();
        const auto schema = schema_of(definition);
        RowTable table(schema);
        std::map<std::uint64_t, std::string> expected;
        std::mt19937 random(7);
        std::uint64_t next = 0;
        for (int step = 0; step < 20'000; ++step) {
            const auto what = random() % 100;
            // Shrinks to nothing now and then, so that holes are closed.
            const bool growing = step / 2000 % 2 == 0;
            if (expected.empty() || what < (growing ? 60u : 30u)) {
                const auto id = std::to_string(next);
                table.append(row(next, id));
                expected[next++] = id;
            } else if (what == 99) {
                table.clear();
                expected.clear();
            } else {
                auto victim = expected.lower_bound(random() % next);
                if (victim == expected.end()) victim = expected.begin();
                table.remove(*table.by_seq(victim->first));
                EXPECT_FALSE(keyed && table.find({victim->second}));
                expected.erase(victim);
            }
            ASSERT_EQ(table.size(), expected.size());
            if (expected.empty()) continue;
            ASSERT_EQ(table.front()->seq, expected.begin()->first);
            const auto last = std::prev(expected.end());
            ASSERT_TRUE(table.by_seq(last->first));
            EXPECT_TRUE(!keyed || table.find({last->second})->seq == last->first);
        }
        std::vector<std::uint64_t> left;
        for (const auto& [seq, id] : expected) left.push_back(seq);
        EXPECT_EQ(seqs(table), left);
    }
}

}  // namespace
}  // namespace chartcast::live
