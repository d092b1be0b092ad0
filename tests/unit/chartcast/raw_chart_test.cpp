// RFC 7396, and charts whose value is the option.
#include "live/raw_chart.hpp"

#include "live/merge_patch.hpp"
#include "unit/chartcast/live_values.hpp"

#include <gtest/gtest.h>

#include <random>

namespace chartcast::live {
namespace {

TEST(MergePatch, DoesWhatTheRfcShows) {
    // The examples of RFC 7396, appendix A.
    const std::vector<std::array<Value, 3>> examples = {
        {Object{{"a", "b"}}, Object{{"a", "c"}}, Object{{"a", "c"}}},
        {Object{{"a", "b"}}, Object{{"b", "c"}}, Object{{"a", "b"}, {"b", "c"}}},
        {Object{{"a", "b"}}, Object{{"a", nullptr}}, Object{}},
        {Object{{"a", Array{"b"}}}, Object{{"a", "c"}}, Object{{"a", "c"}}},
        {Object{{"a", "c"}}, Object{{"a", Array{"b"}}}, Object{{"a", Array{"b"}}}},
        {Object{{"a", Object{{"b", "c"}}}}, Object{{"a", Object{{"b", "d"}, {"c", nullptr}}}},
         Object{{"a", Object{{"b", "d"}}}}},
        {Array{"a", "b"}, Array{"c", "d"}, Array{"c", "d"}},
        {Object{{"a", "b"}}, Array{"c"}, Array{"c"}},
        {Object{{"a", "foo"}}, nullptr, nullptr},
        {Object{{"a", "foo"}}, "bar", "bar"},
        {Object{{"e", nullptr}}, Object{{"a", 1}}, Object{{"e", nullptr}, {"a", 1}}},
        {Array{1, 2}, Object{{"a", "b"}, {"c", nullptr}}, Object{{"a", "b"}}},
        {Object{}, Object{{"a", Object{{"bb", Object{{"ccc", nullptr}}}}}},
         Object{{"a", Object{{"bb", Object{}}}}}},
    };
    for (const auto& [target, patch, result] : examples) {
        EXPECT_EQ(merge_patch(target, patch), result);
    }
}

Value random_option(std::mt19937& random, int depth) {
    const auto what = random() % (depth > 0 ? 6 : 3);
    if (what == 0) return static_cast<int>(random() % 3);
    if (what == 1) return "text";
    if (what == 2) return Array{static_cast<int>(random() % 2), Object{{"x", nullptr}}};
    Object object;
    for (const auto* name : {"a", "b", "c"}) {
        if (random() % 3 > 0) object.append(name, random_option(random, depth - 1));
    }
    return object;
}

TEST(MergePatch, MakesWhatItApplies) {
    std::mt19937 random(1);
    int patches = 0;
    int composed = 0;
    for (int round = 0; round < 5000; ++round) {
        const Value a = Object{{"root", random_option(random, 3)}};
        const Value b = Object{{"root", random_option(random, 3)}};
        const Value c = Object{{"root", random_option(random, 3)}};
        const auto first = make_merge_patch(a, b);
        const auto second = make_merge_patch(b, c);
        ASSERT_TRUE(first && second);
        ++patches;
        ASSERT_EQ(merge_patch(a, *first), b);
        const auto both = compose_merge_patches(*first, *second);
        if (!both) continue;
        ++composed;
        ASSERT_EQ(merge_patch(a, *both), c);
        // Who has the first already is not harmed.
        ASSERT_EQ(merge_patch(b, *both), c);
        ASSERT_EQ(merge_patch(c, *both), c);
    }
    EXPECT_GT(composed, patches / 4);
}

TEST(MergePatch, CannotSayNull) {
    EXPECT_FALSE(make_merge_patch(Object{}, Object{{"a", nullptr}}));
    EXPECT_FALSE(make_merge_patch(Object{}, Object{{"a", Object{{"b", nullptr}}}}));
    EXPECT_FALSE(make_merge_patch(1, Object{}));
    EXPECT_EQ(make_merge_patch(Object{{"a", nullptr}}, Object{{"a", nullptr}}), Value(Object{}));
    EXPECT_EQ(make_merge_patch(Object{{"a", nullptr}}, Object{}), Value(Object{{"a", nullptr}}));
    EXPECT_FALSE(compose_merge_patches(Object{{"a", nullptr}}, Object{{"a", Object{{"b", 1}}}}));
}

Object option_of(int value) {
    return Object{{"title", "some text that does not change"}, {"value", value}};
}

TEST(RawChart, TellsNothingOfTheSameOption) {
    RawChart chart({"e", 0}, option_of(1));
    EXPECT_FALSE(chart.publish(option_of(1)));
    EXPECT_FALSE(chart.patch(Object{{"value", 1}}));
    EXPECT_EQ(chart.position().v, 0u);
}

TEST(RawChart, SendsTheShorterOfPatchAndOption) {
    RawChart chart({"e", 0}, option_of(1));
    auto change = chart.patch(Object{{"value", 2}});
    ASSERT_TRUE(change);
    EXPECT_EQ(chart.option(), Value(option_of(2)));
    EXPECT_EQ(*chart.body(*change).find("patch"), Value(Object{{"value", 2}}));
    change = chart.publish(Object{{"other", 1}});
    EXPECT_EQ(*chart.body(*change).find("option"), Value(Object{{"other", 1}}));
}

TEST(RawChart, SendsAValueThatHoldsNullWhole) {
    RawChart chart({"e", 0}, option_of(1));
    auto option = option_of(2);
    option.append("list", Array{Object{{"deep", nullptr}}});
    const auto change = chart.publish(option);
    EXPECT_EQ(*chart.body(*change).find("option"), Value(option));
}

TEST(RawChart, ConflatesPatches) {
    RawChart chart({"e", 0}, option_of(1));
    const auto first = *chart.publish(option_of(2));
    const auto second = *chart.publish(option_of(3));
    const auto both = conflate(first, second);
    EXPECT_EQ(chart.body(both),
              (Object{{"epoch", "e"}, {"v", 2}, {"from", 0}, {"patch", Object{{"value", 3}}}}));
    const RawChange whole{2, 3, {}};
    EXPECT_FALSE(conflate(both, whole).patch);
    EXPECT_FALSE(conflate(whole, both).patch);
}

}  // namespace
}  // namespace chartcast::live
