// What becomes of an entry: the table of PRODUCT's operations, windows, keys that are given twice.
#include "live/apply.hpp"

#include "live/dataset_state.hpp"
#include "live/entry.hpp"
#include "live/expiry_queue.hpp"
#include "live/idempotency_window.hpp"
#include "live/plan.hpp"
#include "live/position.hpp"
#include "live/wire_ops.hpp"
#include "unit/chartcast/live_values.hpp"

#include <gtest/gtest.h>

namespace chartcast::live {
namespace {

using Rows = std::vector<Array>;
using Texts = std::vector<std::string>;
using enum Operation;

/// One dataset, and the ops of its last batch as who sees all gets them.
class Dataset {
public:
    explicit Dataset(DatasetDefinition definition)
        : state(schema_of(std::move(definition)), "e1") {}

    Outcome submit(const Entry& request) {
        auto outcome = apply(state, request);
        ops = wire_ops(state.schema, outcome.delta, AccessSet::all());
        return outcome;
    }
    Outcome submit(Operation operation, Array rows, std::int64_t ts = 1000) {
        return submit(entry(operation, std::move(rows), ts));
    }
    Verdict verdict(Operation operation, Array rows, std::int64_t ts = 1000) {
        return submit(operation, std::move(rows), ts).verdict;
    }
    Texts errors(Operation operation, Array rows) {
        const auto before = rows_of(state);
        const auto outcome = submit(operation, std::move(rows));
        EXPECT_EQ(rows_of(state), before);
        EXPECT_EQ(outcome.verdict == Verdict::changed, false);
        return error_texts(outcome.errors);
    }

    DatasetState state;
    Array ops;
};

DatasetDefinition without_key() {
    auto definition = deals_definition();
    definition.key.clear();
    return definition;
}

TEST(Apply, UpsertInsertsAndSendsOnlyWhatDiffers) {
    Dataset deals(deals_definition());
    const auto first = deals.submit(upsert, {deal("a", "north", 1), deal("b", "south", 2)});
    EXPECT_EQ(first.position, (Position{"e1", 1}));
    EXPECT_EQ(first.rows, 2u);
    EXPECT_EQ(deals.ops,
              (Array{Array{"upsert", Array{deal("a", "north", 1), deal("b", "south", 2)}, 0}}));

    deals.submit(upsert, {Object{{"id", "b"}, {"amount", 3}}, deal("a", "north", 1)});
    EXPECT_EQ(deals.ops, (Array{Array{"set", Array{Array{"b", Object{{"2", 3}}}}}}));
    EXPECT_EQ(rows_of(deals.state), (Rows{deal("a", "north", 1), deal("b", "south", 3)}));

    deals.submit(upsert, {deal("a", "west", 77, 88)});
    EXPECT_EQ(deals.ops, (Array{Array{"upsert", Array{deal("a", "west", 77, 88)}}}));
}

TEST(Apply, UnchangedRowsMakeNoVersion) {
    Dataset deals(deals_definition());
    deals.submit(upsert, {deal("a", "north", 1)});
    for (const auto& [operation, rows] : std::vector<std::pair<Operation, Array>>{
             {upsert, one_row(deal("a", "north", 1))},
             {upsert, {Object{{"id", "a"}}}},
             {upsert, {}},
             {append, {}},
             {replace, one_row(deal("a", "north", 1))},
             {patch, {Object{{"key", "a"}, {"set", Object{{"amount", 1.0}}}}}},
             {patch, {Object{{"key", "a"}, {"inc", Object{{"amount", 0}}}}}},
             {Operation::remove, {"z"}},
             {expire, {}}}) {
        const auto outcome = deals.submit(operation, rows);
        EXPECT_EQ(outcome.verdict, Verdict::unchanged) << to_string(operation);
        EXPECT_FALSE(outcome.changed);
        EXPECT_EQ(outcome.position.v, 1u);
    }
    deals.submit(clear, {});
    EXPECT_EQ(deals.verdict(clear, {}), Verdict::unchanged);
}

TEST(Apply, PatchResolvesIncrements) {
    Dataset deals(deals_definition());
    deals.submit(upsert, {deal("a", far_away, 1.5, 4), Object{{"id", "b"}, {"region", far_away}}});
    deals.submit(patch, {Object{{"key", "a"}, {"inc", Object{{"amount", 1}, {"deals", -2}}}},
                         Object{{"key", Object{{"id", "b"}}}, {"inc", Object{{"deals", 3}}}}});
    EXPECT_EQ(deals.ops, (Array{Array{"set", Array{Array{"a", Object{{"2", 2.5}, {"3", 2}}},
                                                   Array{"b", Object{{"3", 3}}}}}}));
}

TEST(Apply, PatchSaysWhatIsWrong) {
    Dataset deals(deals_definition());
    deals.submit(upsert, {deal("a", "north", 1, 4)});
    EXPECT_EQ(deals.errors(patch, {1}), (Texts{"/0 not_a_row"}));
    EXPECT_EQ(deals.errors(patch, {Object{}}), (Texts{"/0/key missing_key"}));
    EXPECT_EQ(deals.errors(patch, {Object{{"key", "a"}, {"put", 1}}}),
              (Texts{"/0/put unknown_field"}));
    EXPECT_EQ(deals.errors(patch, {Object{{"key", "a"}, {"set", 1}}}),
              (Texts{"/0/set wrong_type"}));
    EXPECT_EQ(deals.errors(patch, {Object{{"key", "a"}, {"set", Object{{"id", "b"}, {"x", 1}}}}}),
              (Texts{"/0/set/id key_is_fixed", "/0/set/x unknown_field"}));
    EXPECT_EQ(deals.errors(patch, {Object{{"key", "a"},
                                          {"inc", Object{{"region", "x"},
                                                         {"amount", nullptr},
                                                         {"deals", 9'007'199'254'740'991}}}}}),
              (Texts{"/0/inc/region wrong_type", "/0/inc/amount wrong_type",
                     "/0/inc/deals integer_range"}));
    EXPECT_EQ(deals.errors(patch, {Object{{"key", "a"}}, Object{{"key", "a"}}}),
              (Texts{"/1 duplicate_key"}));
}

TEST(Apply, ABatchHappensWholeOrNotAtAll) {
    Dataset deals(deals_definition());
    deals.submit(upsert, {deal("a", "north", 1)});
    EXPECT_EQ(deals.errors(upsert, {deal("b", "north", 1), deal("b", "north", 2), Array{}}),
              (Texts{"/1 duplicate_key", "/2 cell_count"}));
    EXPECT_EQ(deals.errors(append, {deal("c", "x", 1), deal("a", "x", 1)}),
              (Texts{"/1 duplicate_key"}));
    EXPECT_EQ(deals.state.position.v, 1u);
}

TEST(Apply, MissingRowsAreAVerdictOfTheirOwn) {
    Dataset deals(deals_definition());
    deals.submit(upsert, {deal("a", "north", 1)});
    auto wanted = entry(Operation::remove, {"a", "z"});
    wanted.rows_must_exist = true;
    EXPECT_EQ(deals.submit(wanted).verdict, Verdict::missing_key);
    EXPECT_EQ(deals.verdict(patch, {Object{{"key", "z"}}}), Verdict::missing_key);
    EXPECT_EQ(deals.verdict(patch, {Object{{"key", "z"}}, 1}), Verdict::invalid);
    EXPECT_EQ(deals.verdict(Operation::remove, {"a", "z", "a"}), Verdict::changed);
    EXPECT_EQ(deals.ops, (Array{Array{"remove", Array{"a"}}}));
}

TEST(Apply, RowsWithoutAKeyAreAppendedAndReplaced) {
    Dataset calls(without_key());
    calls.submit(append, {deal("a", "x", 1), deal("a", "x", 1)});
    EXPECT_EQ(calls.ops, (Array{Array{"append", 0, Array{deal("a", "x", 1), deal("a", "x", 1)}}}));
    EXPECT_EQ(calls.errors(upsert, {deal("a", "x", 1)}), (Texts{"/0 keyless"}));
    EXPECT_EQ(calls.errors(Operation::remove, {"a"}), (Texts{"/0 keyless"}));
    EXPECT_EQ(calls.errors(patch, {}), (Texts{"/0 keyless"}));
    EXPECT_EQ(calls.verdict(replace, {deal("a", "x", 1), deal("a", "x", 1)}), Verdict::unchanged);
    calls.submit(replace, {deal("b", "x", 1)});
    EXPECT_EQ(calls.ops, (Array{Array{"replace", Array{deal("b", "x", 1)}, 2}}));
}

TEST(Apply, ReplaceOfAKeyedTableIsItsDifferenceUnlessRowsMoved) {
    Dataset deals(deals_definition());
    deals.submit(replace, {deal("a", far_away, 1), deal("b", far_away, 2), deal("c", far_away, 3)});
    EXPECT_EQ(deals.ops[0].as_array()[0], Value("replace"));
    deals.submit(replace, {deal("a", far_away, 1), deal("c", far_away, 9), deal("d", far_away, 4)});
    EXPECT_EQ(deals.ops,
              (Array{Array{"remove", Array{"b"}}, Array{"upsert", Array{deal("d", far_away, 4)}, 3},
                     Array{"set", Array{Array{"c", Object{{"2", 9}}}}}}));
    const Rows moved{deal("c", far_away, 9), deal("a", far_away, 1), deal("d", far_away, 4)};
    deals.submit(replace, {moved.begin(), moved.end()});
    EXPECT_EQ(deals.ops, (Array{Array{"replace", Array{moved.begin(), moved.end()}, 4}}));
    EXPECT_EQ(rows_of(deals.state), moved);
    deals.submit(replace, {});
    EXPECT_EQ(deals.ops, (Array{Array{"replace", Array{}, 0}}));
}

TEST(Apply, TheWindowKeepsTheNewestRows) {
    auto definition = without_key();
    definition.window.rows = 2;
    Dataset calls(definition);
    calls.submit(append, {deal("a", "x", 1), deal("b", "x", 1)});
    calls.submit(append, {deal("c", "x", 1)});
    EXPECT_EQ(calls.ops, (Array{Array{"trim", 1}, Array{"append", 2, Array{deal("c", "x", 1)}}}));
    calls.submit(append, {deal("d", "x", 1), deal("e", "x", 1), deal("f", "x", 1)});
    EXPECT_EQ(rows_of(calls.state), (Rows{deal("e", "x", 1), deal("f", "x", 1)}));
    EXPECT_EQ(calls.ops, (Array{Array{"trim", 3},
                                Array{"append", 3, Array{deal("e", "x", 1), deal("f", "x", 1)}}}));
}

TEST(Apply, AgesCountFromTheBatchAndExpireAsATrim) {
    auto definition = deals_definition();
    definition.window.age = std::chrono::milliseconds(100);
    Dataset deals(definition);
    deals.submit(upsert, {deal("a", "x", 1)}, 1000);
    deals.submit(upsert, {deal("b", "x", 1)}, 1050);
    EXPECT_EQ(deals.state.expires_at(), 1101);
    EXPECT_EQ(deals.verdict(expire, {}, 1100), Verdict::unchanged);
    EXPECT_EQ(deals.verdict(expire, {}, 1101), Verdict::changed);
    EXPECT_EQ(deals.ops, (Array{Array{"trim", 1}}));
    deals.submit(upsert, {deal("c", "x", 1)}, 1151);
    EXPECT_EQ(rows_of(deals.state), (Rows{deal("c", "x", 1)}));
    // A node whose clock is behind does not turn time back.
    deals.submit(upsert, {deal("d", "x", 1)}, 900);
    EXPECT_EQ(deals.state.clock, 1151);
    EXPECT_EQ(deals.verdict(expire, {}, 1252), Verdict::changed);
    EXPECT_FALSE(deals.state.expires_at());
}

TEST(Apply, AgesCountFromATimeFieldInAnyOrder) {
    auto definition = deals_definition();
    definition.fields.push_back({"ts", FieldType::time});
    definition.window = {0, std::chrono::milliseconds(100), "ts"};
    Dataset deals(definition);
    const auto row = [](const char* id, Value ts) { return Array{id, "x", 1, 0, std::move(ts)}; };
    deals.submit(upsert,
                 {row("late", 1090), row("early", 1010), row("old", 800), row("none", nullptr)});
    EXPECT_EQ(deals.state.table.size(), 3u);
    deals.submit(expire, {}, 1111);
    // What lies behind a younger row cannot be trimmed. A row without a time has that of its batch.
    EXPECT_EQ(deals.ops, (Array{Array{"remove", Array{"early", "none"}}}));
    EXPECT_EQ(rows_of(deals.state), (Rows{row("late", 1090)}));
    deals.submit(patch, {Object{{"key", "late"}, {"set", Object{{"ts", 1200}}}}}, 1120);
    EXPECT_EQ(deals.verdict(expire, {}, 1250), Verdict::unchanged);
    deals.submit(expire, {}, 1301);
    EXPECT_EQ(deals.ops, (Array{Array{"trim", 3}}));
}

TEST(Apply, RefusesMoreRowsThanADatasetMayHold) {
    auto definition = deals_definition();
    definition.rows_max = 2;
    Dataset deals(definition);
    deals.submit(upsert, {deal("a", "x", 1), deal("b", "x", 1)});
    EXPECT_EQ(deals.errors(upsert, {deal("c", "x", 1)}), (Texts{"/0 too_many_rows"}));
    EXPECT_EQ(deals.verdict(upsert, {deal("b", "x", 2)}), Verdict::changed);
    EXPECT_EQ(deals.verdict(replace, {deal("b", "x", 2), deal("c", "x", 1)}), Verdict::changed);
}

TEST(Apply, ComparesIfMatch) {
    Dataset deals(deals_definition());
    auto request = entry(upsert, {deal("a", "x", 1)});
    request.if_match = Position{"e1", 1};
    EXPECT_EQ(deals.submit(request).verdict, Verdict::precondition_failed);
    request.if_match = Position{"e2", 0};
    EXPECT_EQ(deals.submit(request).verdict, Verdict::precondition_failed);
    request.if_match = Position{"e1", 0};
    EXPECT_EQ(deals.submit(request).verdict, Verdict::changed);
}

TEST(Apply, ReplaysAKeyWithTheSameBody) {
    Dataset deals(deals_definition());
    auto request = entry(append, {deal("a", "x", 1)});
    request.idempotency_key = "k";
    request.body_hash = "h";
    EXPECT_EQ(deals.submit(request).verdict, Verdict::changed);
    deals.submit(clear, {});
    const auto again = deals.submit(request);
    EXPECT_EQ(again.verdict, Verdict::replayed);
    EXPECT_EQ(again.position, (Position{"e1", 1}));
    EXPECT_TRUE(again.changed);
    EXPECT_EQ(again.rows, 1u);
    EXPECT_TRUE(deals.state.table.empty());
    request.body_hash = "other";
    EXPECT_EQ(deals.submit(request).verdict, Verdict::key_reused);
    request.ts += IdempotencyWindow::age_max.count() + 1;
    EXPECT_EQ(deals.submit(request).verdict, Verdict::changed);
}

TEST(Apply, ARefusedRequestMayBeTriedAgainWithItsKey) {
    Dataset deals(deals_definition());
    auto request = entry(patch, {Object{{"key", "a"}, {"inc", Object{{"deals", 1}}}}});
    request.idempotency_key = "k";
    request.body_hash = "h";
    EXPECT_EQ(deals.submit(request).verdict, Verdict::missing_key);
    deals.submit(upsert, {deal("a", "x", 1)});
    EXPECT_EQ(deals.submit(request).verdict, Verdict::changed);
    EXPECT_EQ(deals.submit(request).verdict, Verdict::replayed);
}

TEST(IdempotencyWindow, KeepsTheNewestKeys) {
    IdempotencyWindow window;
    for (std::size_t at = 0; at <= IdempotencyWindow::keys_max; ++at) {
        window.remember({std::to_string(at), "h", {}, true, 1, 0});
    }
    EXPECT_EQ(window.results().size(), IdempotencyWindow::keys_max);
    EXPECT_FALSE(window.find("0", 0));
    EXPECT_TRUE(window.find("1", 0));
    const auto day = IdempotencyWindow::age_max.count();
    EXPECT_TRUE(window.find("1", day));
    EXPECT_FALSE(window.find("1", day + 1));
    window.remember({"1", "h", {}, true, 1, day + 1});
    EXPECT_EQ(window.results().size(), 1u);
}

TEST(DatasetState, ContinuesFromItsImage) {
    auto definition = deals_definition();
    definition.fields.push_back({"ts", FieldType::time});
    definition.window = {0, std::chrono::milliseconds(100), "ts"};
    Dataset deals(definition);
    auto request = entry(upsert, {Array{"a", "x", 1, 0, 1000}, Array{"b", "x", 1, 0, 1050}});
    request.idempotency_key = "k";
    deals.submit(request);
    DatasetState copy(deals.state.schema, deals.state.image());
    EXPECT_EQ(rows_of(copy), rows_of(deals.state));
    EXPECT_EQ(copy.expires_at(), deals.state.expires_at());
    EXPECT_EQ(apply(copy, request).verdict, Verdict::replayed);
    for (auto* state : {&copy, &deals.state}) {
        const auto outcome = apply(*state, entry(expire, {}, 1101));
        EXPECT_EQ(wire_ops(state->schema, outcome.delta, AccessSet::all()),
                  (Array{Array{"trim", 1}}));
    }
}

TEST(ExpiryQueue, ForgetsRowsThatChangedTheirTimeAgainAndAgain) {
    auto definition = deals_definition();
    definition.fields.push_back({"ts", FieldType::time});
    definition.window = {0, std::chrono::milliseconds(100), "ts"};
    Dataset deals(definition);
    for (int at = 0; at < 1000; ++at) {
        deals.submit(upsert, {Array{"a", "x", 1, 0, 1000 + at % 50}}, 1000);
    }
    EXPECT_EQ(rows_of(deals.state).size(), 1u);
    deals.submit(upsert, {Array{"a", "x", 1, 0, 5000}}, 1000);
    EXPECT_EQ(deals.verdict(expire, {}, 5100), Verdict::unchanged);
    EXPECT_EQ(deals.verdict(expire, {}, 5101), Verdict::changed);
}

TEST(Position, IsReadAndWritten) {
    EXPECT_EQ(to_string(Position{"k3f9", 118}), "k3f9:118");
    EXPECT_EQ(parse_position("k3f9:118"), (Position{"k3f9", 118}));
    for (const auto* text :
         {"", ":", "a:", ":1", "a:x", "a:-1", "a:1x", "a:99999999999999999999"}) {
        EXPECT_FALSE(parse_position(text)) << text;
    }
}

TEST(Entry, NamesItsOperations) {
    for (const auto* name : {"replace", "append", "upsert", "patch", "remove", "clear"}) {
        ASSERT_TRUE(operation_of(name));
        EXPECT_EQ(to_string(*operation_of(name)), name);
    }
    EXPECT_FALSE(operation_of("expire"));
}

}  // namespace
}  // namespace chartcast::live
