// Rates, what a stream sends and to whom, resumes, and the messages around it.
#include "live/stream.hpp"

#include "live/answer.hpp"
#include "live/messages.hpp"
#include "live/rate.hpp"
#include "live/resume_ring.hpp"
#include "live/row_access.hpp"
#include "live/state_json.hpp"
#include "live/wire_ops.hpp"
#include "unit/chartcast/live_values.hpp"

#include <gtest/gtest.h>

namespace chartcast::live {
namespace {

using enum Operation;

DatasetDefinition with_access() {
    auto definition = deals_definition();
    definition.row_access = "region";
    return definition;
}

TEST(Rate, GivesTheClassWithinBothLimits) {
    EXPECT_EQ(rate_class({}, {}), RateClass::unlimited);
    EXPECT_EQ(rate_class(2, {}), RateClass::two);
    EXPECT_EQ(rate_class({}, 100), RateClass::ten);
    EXPECT_EQ(rate_class(2, 4), RateClass::two);
    EXPECT_EQ(rate_class(10, 3.9), RateClass::two);
    EXPECT_EQ(rate_class(0.7, 0.1), RateClass::half);
}

TEST(Rate, SendsAtOnceAndThenWithTheSharedTicks) {
    RateClock clock(RateClass::four);
    EXPECT_TRUE(clock.may_send(1130));
    clock.sent(1130);
    EXPECT_FALSE(clock.may_send(1249));
    EXPECT_EQ(clock.next_send(1131), 1250);
    EXPECT_TRUE(clock.may_send(1250));
    clock.sent(1250);
    EXPECT_EQ(clock.next_send(1250), 1500);
    EXPECT_EQ(clock.next_send(1750), 1750);
    RateClock before_zero(RateClass::one);
    before_zero.sent(-1);
    EXPECT_EQ(before_zero.next_send(-1), 0);
    RateClock unlimited(RateClass::unlimited);
    unlimited.sent(5);
    EXPECT_TRUE(unlimited.may_send(5));
}

TEST(Stream, ConflatesUntilItsTick) {
    DatasetState state(schema_of(deals_definition()), "e1");
    Stream stream(state.schema, RateClass::one);
    const auto publish = [&](double amount) {
        stream.add(apply(state, entry(upsert, {deal("a", "x", amount)})).delta);
    };
    EXPECT_FALSE(stream.next_send(500));
    publish(1);
    EXPECT_EQ(stream.next_send(500), 500);
    EXPECT_EQ(stream.take(500)->to, 1u);
    publish(2);
    publish(3);
    EXPECT_EQ(stream.next_send(501), 1000);
    EXPECT_FALSE(stream.take(999));
    const auto delta = stream.take(1000);
    EXPECT_EQ(delta->from, 1u);
    EXPECT_EQ(delta->to, 3u);
    EXPECT_FALSE(stream.take(5000));
}

TEST(Stream, ASetThatSeesNothingIsLeftAlone) {
    DatasetState state(schema_of(with_access()), "e1");
    StreamSet north(AccessSet::of(state.schema, {"north"}), 0);
    const auto publish = [&](const char* id, const char* region) {
        return north.frame(state, apply(state, entry(upsert, {deal(id, region, 1)})).delta);
    };
    EXPECT_TRUE(publish("a", "north"));
    EXPECT_FALSE(publish("b", "south"));
    EXPECT_EQ(north.sent_v(), 1u);
    const auto frame = publish("c", "north");
    ASSERT_TRUE(frame);
    EXPECT_EQ(*frame->find("from"), Value(1));
    EXPECT_EQ(*frame->find("to"), Value(3));
    EXPECT_EQ(north.sent_v(), 3u);
}

TEST(Stream, SendsTheRowsWhenTheChangesAreLonger) {
    DatasetState state(schema_of(deals_definition()), "e1");
    StreamSet all(AccessSet::all(), 0);
    Conflation pending(state.schema);
    Array keys;
    Array rows;
    for (int at = 0; at < 100; ++at) {
        keys.emplace_back("a quite long key " + std::to_string(at));
        rows.emplace_back(Object{{"id", keys.back()}});
    }
    (void)apply(state, entry(upsert, rows));
    pending.add(apply(state, entry(Operation::remove, keys)).delta);
    pending.add(apply(state, entry(upsert, {deal("x", "x", 1)})).delta);
    const auto frame = all.frame(state, pending.merged());
    ASSERT_TRUE(frame);
    EXPECT_EQ(*frame->find("ops"), Value(Array{Array{"replace", Array{deal("x", "x", 1)}, 100}}));
    EXPECT_EQ(all.sent_v(), 3u);
}

TEST(AccessSet, IsTheUnionOfItsPartitions) {
    const auto schema = schema_of(with_access());
    const auto set = AccessSet::of(schema, {"south", "north", "south", 5, nullptr});
    EXPECT_EQ(set.id(), AccessSet::of(schema, {"north", "south"}).id());
    EXPECT_NE(set.id(), AccessSet::of(schema, {"north"}).id());
    EXPECT_NE(AccessSet::of(schema, {}).id(), AccessSet::all().id());
    EXPECT_NE(AccessSet::of(schema, {"*"}).id(), AccessSet::all().id());
    EXPECT_TRUE(set.sees(schema, *make_row(0, 0, deal("a", "south", 1))));
    EXPECT_FALSE(set.sees(schema, *make_row(0, 0, deal("a", "west", 1))));
    const auto nobodys = make_row(0, 0, Array{"a", nullptr, 1, 1});
    EXPECT_FALSE(set.sees(schema, *nobodys));
    EXPECT_TRUE(AccessSet::all().sees(schema, *nobodys));
    EXPECT_TRUE(AccessSet::of(schema_of(deals_definition()), {}).sees_all());
}

TEST(WireOps, NumbersRowsThatDoNotFollowEachOther) {
    const std::vector<RowRef> rows{make_row(3, 0, {1}), make_row(4, 0, {2}), make_row(9, 0, {3})};
    EXPECT_EQ(wire_seq({rows.data(), 2}), Value(3));
    EXPECT_EQ(wire_seq(rows), Value(Array{3, 4, 9}));
    EXPECT_EQ(wire_seq({}), Value(0));
}

TEST(WireOps, AppendsForASetAreRuns) {
    auto definition = with_access();
    definition.key.clear();
    DatasetState state(schema_of(definition), "e1");
    const auto delta = apply(state, entry(append, {deal("a", "n", 1), deal("b", "s", 1),
                                                   deal("c", "n", 1), deal("d", "n", 1)}))
                           .delta;
    EXPECT_EQ(wire_ops(state.schema, delta, AccessSet::of(state.schema, {"n"})),
              (Array{Array{"append", 0, Array{deal("a", "n", 1)}},
                     Array{"append", 2, Array{deal("c", "n", 1), deal("d", "n", 1)}}}));
}

/// A state with its ring.
struct Remembered {
    DatasetState state{schema_of(deals_definition()), "e1"};
    ResumeRing ring;
    void publish(int count) {
        for (; count > 0; --count) {
            const auto amount = static_cast<double>(state.position.v + 1);
            ring.push(apply(state, entry(upsert, {deal("a", "x", amount)})).delta);
        }
    }
    auto since(const char* epoch, std::uint64_t v) {
        return ring.since(state.schema, state.position, {epoch, v});
    }
};

TEST(ResumeRing, GoesBack256Batches) {
    Remembered memory;
    memory.publish(300);
    EXPECT_EQ(memory.ring.size(), ResumeRing::batches_max);
    EXPECT_FALSE(memory.since("e1", 43));
    const auto missed = memory.since("e1", 44);
    ASSERT_TRUE(missed);
    EXPECT_EQ(missed->from, 44u);
    EXPECT_EQ(missed->to, 300u);
    EXPECT_EQ(missed->batches, 256u);
    EXPECT_TRUE(memory.since("e1", 300)->empty());
    EXPECT_FALSE(memory.since("e1", 301));
    EXPECT_FALSE(memory.since("e2", 300));
    memory.ring.clear();
    EXPECT_FALSE(memory.since("e1", 299));
}

TEST(ResumeRing, IsBoundedInBytes) {
    Remembered memory;
    const std::string text(300'000, 'x');
    for (int at = 0; at < 10; ++at) {
        const Array rows{Array{std::to_string(at), text, 1, 1}};
        memory.ring.push(apply(memory.state, entry(upsert, rows)).delta);
        EXPECT_LE(memory.ring.bytes(), ResumeRing::bytes_max);
    }
    EXPECT_EQ(memory.ring.size(), 3u);
    const std::string large(2'000'000, 'x');
    memory.ring.push(apply(memory.state, entry(upsert, {Array{"l", large, 1, 1}})).delta);
    EXPECT_EQ(memory.ring.size(), 1u);
    EXPECT_EQ(memory.ring.bytes(), delta_bytes(*memory.since("e1", 10)));
}

TEST(Answer, ResumesWithChangesOrRows) {
    Remembered memory;
    memory.publish(3);
    const auto recovered = resume_dataset(memory.state, memory.ring, {"e1", 2}, AccessSet::all());
    EXPECT_TRUE(recovered.recovered);
    EXPECT_EQ(to_json(recovered.body),
              R"({"epoch":"e1","from":2,"to":3,"ops":[["upsert",[["a","x",3E0,0]]]]})");
    const auto fresh = resume_dataset(memory.state, memory.ring, {"e0", 2}, AccessSet::all());
    EXPECT_FALSE(fresh.recovered);
    EXPECT_EQ(fresh.body, (Object{{"epoch", "e1"},
                                  {"v", 3},
                                  {"dims", Array{"id", "region", "amount", "deals"}},
                                  {"key", Array{0}},
                                  {"seq", 0},
                                  {"rows", Array{deal("a", "x", 3)}}}));
}

TEST(Answer, APlaceOfOtherRightsIsInNoHistory) {
    Remembered memory{DatasetState(schema_of(with_access()), "e1"), {}};
    memory.publish(3);
    const auto x = AccessSet::of(memory.state.schema, {"x"});
    const auto y = AccessSet::of(memory.state.schema, {"x", "y"});
    const auto resumes = [&](const AccessSet& seen, const AccessSet& now) {
        return resume_dataset(memory.state, memory.ring, {seen.epoch("e1"), 2}, now).recovered;
    };
    EXPECT_EQ(AccessSet::all().epoch("e1"), "e1");
    EXPECT_TRUE(resumes(x, x));
    EXPECT_TRUE(resumes(x, AccessSet::of(memory.state.schema, {"x", "x"})));
    EXPECT_FALSE(resumes(x, y));
    EXPECT_FALSE(resumes(y, x));
    EXPECT_FALSE(resumes(x, AccessSet::all()));
    EXPECT_FALSE(resumes(AccessSet::all(), x));
}

TEST(Messages, HaveTheProtocolsShapes) {
    const Fresh fresh{1700, Freshness::stale};
    const Object mark{{"asOf", 1700}, {"state", "stale"}};
    const Object option{{"series", Array{}}};
    EXPECT_EQ(snapshot_message({"c", "a81c"}, option, {{"d", Object{{"v", 1}}}}, fresh),
              (Object{{"mode", "snapshot"},
                      {"chart", "c"},
                      {"tpl", "a81c"},
                      {"option", option},
                      {"ds", Object{{"d", Object{{"v", 1}}}}},
                      {"recovered", false},
                      {"fresh", mark}}));
    const ByDataset<ResumeAnswer> answers{{"d", {Object{{"v", 1}}, true}},
                                          {"e", {Object{}, false}}};
    EXPECT_EQ(resume_message({"c", "a81c"}, {}, answers, fresh),
              (Object{{"mode", "resume"},
                      {"chart", "c"},
                      {"tpl", "a81c"},
                      {"ds", Object{{"d", Object{{"v", 1}}}, {"e", Object{}}}},
                      {"recovered", false},
                      {"fresh", mark}}));
    EXPECT_EQ(
        resume_message({"c", "a81c"}, option, {answers[0]}, fresh).find("recovered")->as_bool(),
        true);
    Delta delta;
    delta.batches = 2;
    delta.ts = 9;
    const Object changes{{"epoch", "e"}, {"from", 1}, {"to", 3}, {"ops", Array{}}};
    EXPECT_EQ(delta_message("d", changes, delta), (Object{{"mode", "delta"},
                                                          {"ds", "d"},
                                                          {"epoch", "e"},
                                                          {"from", 1},
                                                          {"to", 3},
                                                          {"n", 2},
                                                          {"ops", Array{}},
                                                          {"ts", 9}}));
    EXPECT_EQ(option_message({"c", "new"}, "old", option), (Object{{"mode", "option"},
                                                                   {"chart", "c"},
                                                                   {"from", "old"},
                                                                   {"tpl", "new"},
                                                                   {"option", option}}));
    EXPECT_EQ(state_message("c", fresh),
              (Object{{"mode", "state"}, {"chart", "c"}, {"fresh", mark}}));
    EXPECT_EQ(beat_message({{"d", {"e", 4}}}, {}),
              (Object{{"mode", "beat"}, {"ds", Object{{"d", Array{"e", 4}}}}}));
    EXPECT_EQ(beat_message({}, {{"c", {"e", 4}}}),
              (Object{{"mode", "beat"}, {"raw", Object{{"c", Array{"e", 4}}}}}));
}

TEST(Messages, OfRawChartsHaveNoDatasets) {
    RawChart chart({"e", 0},
                   Object{{"title", "a long title that makes patches worth while"}, {"a", 1}});
    const auto change =
        chart.publish(Object{{"title", "a long title that makes patches worth while"}, {"a", 2}});
    EXPECT_EQ(raw_delta_message("c", chart.body(*change), 9), (Object{{"mode", "delta"},
                                                                      {"chart", "c"},
                                                                      {"epoch", "e"},
                                                                      {"v", 1},
                                                                      {"from", 0},
                                                                      {"patch", Object{{"a", 2}}},
                                                                      {"ts", 9}}));
    const auto snapshot = raw_snapshot_message("c", chart.whole(), {});
    EXPECT_EQ(*snapshot.find("option"), chart.option());
    EXPECT_EQ(snapshot.find("ds"), nullptr);
    EXPECT_TRUE(raw_resume_message("c", chart, {"e", 1}, {}).find("recovered")->as_bool());
    const auto behind = raw_resume_message("c", chart, {"e", 0}, {});
    EXPECT_FALSE(behind.find("recovered")->as_bool());
    EXPECT_EQ(*behind.find("option"), chart.option());
}

TEST(Messages, NameEveryFreshness) {
    EXPECT_EQ(to_string(Freshness::live), "live");
    EXPECT_EQ(to_string(Freshness::source_error), "source_error");
    EXPECT_EQ(to_string(Freshness::degraded), "degraded");
    EXPECT_EQ(to_string(Freshness::replay), "replay");
}

}  // namespace
}  // namespace chartcast::live
