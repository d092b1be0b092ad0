// Deltas in a row become one, which does no harm where it overlaps.
#include "live/conflate.hpp"

#include "live/delta.hpp"
#include "live/wire_ops.hpp"
#include "unit/chartcast/live_values.hpp"

#include <gtest/gtest.h>

namespace chartcast::live {
namespace {

using enum Operation;

/// Applies entries, and conflates what they change.
class Batches {
public:
    explicit Batches(DatasetDefinition definition = deals_definition())
        : state(schema_of(std::move(definition)), "e1") {}

    void before(Operation operation, Array rows) {
        (void)apply(state, entry(operation, std::move(rows)));
    }
    void add(Operation operation, Array rows) {
        pending.add(apply(state, entry(operation, std::move(rows))).delta);
    }
    Array ops(const AccessSet& access = AccessSet::all()) {
        return wire_ops(state.schema, pending.merged(), access);
    }

    DatasetState state;
    Conflation pending{state.schema};
};

TEST(Conflate, MergesCellsByKey) {
    Batches batches;
    batches.before(upsert, {deal("a", far_away, 1, 1), deal("b", far_away, 1, 1)});
    batches.add(upsert, {Object{{"id", "a"}, {"amount", 2}}});
    batches.add(patch, {Object{{"key", "a"}, {"inc", Object{{"deals", 1}}}}});
    batches.add(upsert, {Object{{"id", "b"}, {"amount", 5}}});
    batches.add(upsert, {Object{{"id", "b"}, {"amount", 1}}});
    EXPECT_EQ(batches.ops(), (Array{Array{"set", Array{Array{"a", Object{{"2", 2}, {"3", 2}}},
                                                       Array{"b", Object{{"2", 1}}}}}}));
    EXPECT_EQ(batches.pending.merged().from, 1u);
    EXPECT_EQ(batches.pending.merged().to, 5u);
    EXPECT_EQ(batches.pending.merged().batches, 4u);
}

TEST(Conflate, KeepsARemovalOfARowThatCameInBetween) {
    Batches batches;
    batches.add(upsert, {deal("a", "north", 1)});
    batches.add(Operation::remove, {"a"});
    EXPECT_EQ(batches.ops(), (Array{Array{"remove", Array{"a"}}}));
    batches.add(upsert, {deal("a", "south", 2)});
    EXPECT_EQ(batches.ops(), (Array{Array{"upsert", Array{deal("a", "south", 2)}, 1}}));
}

TEST(Conflate, SendsARowWholeThatCameAndChanged) {
    Batches batches;
    batches.add(append, {deal("a", "north", 1)});
    batches.add(append, {deal("b", "north", 1)});
    batches.add(upsert, {Object{{"id", "a"}, {"amount", 2}}});
    EXPECT_EQ(batches.ops(), (Array{Array{"append", 1, Array{deal("b", "north", 1)}},
                                    Array{"upsert", Array{deal("a", "north", 2)}, 0}}));
}

TEST(Conflate, AppendsFollowEachOtherAndAreTrimmed) {
    auto definition = deals_definition();
    definition.key.clear();
    definition.window.rows = 2;
    Batches batches(definition);
    for (const auto* id : {"a", "b", "c", "d"}) batches.add(append, {deal(id, "x", 1)});
    EXPECT_EQ(
        batches.ops(),
        (Array{Array{"trim", 2}, Array{"append", 2, Array{deal("c", "x", 1), deal("d", "x", 1)}}}));
}

TEST(Conflate, ReplaceWins) {
    Batches batches;
    batches.add(upsert, {deal("a", "north", 1)});
    batches.add(replace, {deal("b", "north", 1)});
    EXPECT_EQ(batches.ops(), (Array{Array{"replace", Array{deal("b", "north", 1)}, 1}}));
    batches.add(upsert, {Object{{"id", "b"}, {"amount", 2}}});
    EXPECT_EQ(batches.ops().size(), 2u);
    batches.add(clear, {});
    EXPECT_EQ(batches.ops(), (Array{Array{"replace", Array{}, 0}}));
}

TEST(Conflate, RemembersWhoSawARowThatMoved) {
    auto definition = deals_definition();
    definition.row_access = "region";
    definition.window.rows = 2;
    Batches batches(definition);
    const auto set = [&batches](Array values) {
        return AccessSet::of(batches.state.schema, values);
    };
    batches.before(upsert, {deal("a", "north", 1)});
    batches.add(upsert, {deal("a", "south", 1)});
    batches.add(upsert, {deal("a", "west", 1)});
    const Array removed{Array{"remove", Array{"a"}}};
    EXPECT_EQ(batches.ops(set({"north"})), removed);
    // Was there in between only, and so may be who overlaps.
    EXPECT_EQ(batches.ops(set({"south"})), removed);
    const Array gained{Array{"upsert", Array{deal("a", "west", 1)}, 0}};
    EXPECT_EQ(batches.ops(set({"west"})), gained);
    EXPECT_EQ(batches.ops(set({"north", "west"})), gained);
    EXPECT_EQ(batches.ops(set({"east"})), Array{});
    // For who sees all it changed in its place.
    EXPECT_EQ(batches.ops(), (Array{Array{"upsert", one_row(deal("a", "west", 1))}}));

    batches.add(upsert, {deal("b", "east", 1), deal("c", "east", 1)});
    EXPECT_EQ(batches.ops(set({"north"})), (Array{Array{"trim", 1}}));
    EXPECT_EQ(batches.ops(set({"abroad"})), Array{});
}

TEST(Conflate, TakesTwoAndLeavesNothingPending) {
    Batches batches;
    const auto first = apply(batches.state, entry(upsert, {deal("a", "x", 1)})).delta;
    const auto second = apply(batches.state, entry(upsert, {deal("b", "x", 1)})).delta;
    const auto both = conflate(batches.state.schema, first, second);
    EXPECT_EQ(both.from, 0u);
    EXPECT_EQ(both.to, 2u);
    EXPECT_EQ(both.changes.size(), 2u);
    EXPECT_EQ(delta_bytes(both), delta_bytes(first) + delta_bytes(second));
    batches.pending.add(both);
    (void)batches.pending.take();
    EXPECT_TRUE(batches.pending.empty());
    batches.pending.add(second);
    EXPECT_EQ(batches.pending.merged().changes.size(), 1u);
}

}  // namespace
}  // namespace chartcast::live
