// Who of the servers that were asked has answered.
#include "server/roll_call.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(RollCallTest, IsCompleteWhenAllHaveAnswered) {
    RollCall roll;
    EXPECT_FALSE(roll.is_complete()) << "nobody knows how many were asked";
    roll.expect(2, {"a", "b"});
    EXPECT_TRUE(roll.may_answer("a"));
    EXPECT_TRUE(roll.answer("a"));
    EXPECT_FALSE(roll.may_answer("a"));
    EXPECT_FALSE(roll.answer("a")) << "each answers once";
    EXPECT_FALSE(roll.is_complete());
    EXPECT_THAT(roll.missing(), ElementsAre("b"));
    EXPECT_TRUE(roll.answer("b"));
    EXPECT_TRUE(roll.is_complete());
    EXPECT_THAT(roll.missing(), IsEmpty());
}

TEST(RollCallTest, CountsThoseWithoutANameByNumber) {
    RollCall roll;
    roll.expect(3, {});
    EXPECT_TRUE(roll.answer(""));
    EXPECT_TRUE(roll.answer(""));
    EXPECT_FALSE(roll.is_complete());
    EXPECT_THAT(roll.missing(), ElementsAre(""));
    EXPECT_TRUE(roll.gone(""));
    EXPECT_TRUE(roll.is_complete());
    EXPECT_THAT(roll.gone(), ElementsAre(""));
}

TEST(RollCallTest, TakesAnswersThatComeBeforeTheNumber) {
    RollCall roll;
    EXPECT_TRUE(roll.answer("a"));
    EXPECT_TRUE(roll.answer(""));
    EXPECT_FALSE(roll.is_complete());
    EXPECT_EQ(roll.expected(), 2U) << "as far as is known";
    roll.expect(2, {});
    EXPECT_TRUE(roll.is_complete());
}

TEST(RollCallTest, CountsWhoIsGoneAsAnswered) {
    RollCall roll;
    roll.expect(3, {"a", "b", "c"});
    EXPECT_TRUE(roll.answer("a"));
    EXPECT_FALSE(roll.gone("a")) << "its answer counts";
    EXPECT_TRUE(roll.gone("b"));
    EXPECT_FALSE(roll.gone("b"));
    EXPECT_FALSE(roll.gone("stranger")) << "was not asked";
    EXPECT_FALSE(roll.is_complete());
    EXPECT_THAT(roll.missing(), UnorderedElementsAre("b", "c"));
    EXPECT_TRUE(roll.answer("b")) << "was given up too early";
    EXPECT_THAT(roll.gone(), IsEmpty());
    EXPECT_TRUE(roll.answer("c"));
    EXPECT_TRUE(roll.is_complete());
}

TEST(RollCallTest, TakesBackANamelessOneThatIsKnownByName) {
    RollCall roll;
    roll.expect(2, {"a", "b"});
    EXPECT_TRUE(roll.answer("a"));
    EXPECT_TRUE(roll.gone("")) << "one of them";
    EXPECT_TRUE(roll.is_complete());
    EXPECT_THAT(roll.missing(), ElementsAre("b"));
    RollCall other;
    other.expect(3, {});
    EXPECT_TRUE(other.answer("a"));
    EXPECT_TRUE(other.gone("b"));
    EXPECT_THAT(other.missing(), ElementsAre("b", ""));
}

TEST(RollCallTest, TakesAnotherNumber) {
    RollCall roll;
    roll.expect(5, {});
    EXPECT_TRUE(roll.answer("a"));
    roll.expect(1, {"a"});
    EXPECT_TRUE(roll.is_complete());
    roll.expect(0, {});
    EXPECT_TRUE(roll.is_complete());
    EXPECT_THAT(roll.missing(), IsEmpty());
}

TEST(RollCallTest, HasABound) {
    RollCall roll;
    for (std::size_t i = 0; i < RollCall::servers_max; ++i) {
        ASSERT_TRUE(roll.answer(std::to_string(i)));
    }
    EXPECT_FALSE(roll.answer("one more"));
    EXPECT_FALSE(roll.answer(""));
    RollCall lost;
    lost.expect(std::size_t{1} << 40, {});
    EXPECT_EQ(lost.missing().size(), RollCall::servers_max);
}

}  // namespace
}  // namespace socketio
