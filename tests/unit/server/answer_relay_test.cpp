// The answers of several shards on their way to another server.
#include "server/answer_relay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Heard {
    std::vector<std::size_t> counts;
    std::vector<Value> answers;
    AnswerRelay relay{2, [this](std::size_t clients) { counts.push_back(clients); },
                      [this](Value answer) { answers.push_back(std::move(answer)); }};
};

TEST(AnswerRelayTest, TellsTheNumberOfAllShardsFirst) {
    Heard heard;
    heard.relay.count(2);
    heard.relay.answer("early");
    EXPECT_THAT(heard.counts, IsEmpty());
    EXPECT_THAT(heard.answers, IsEmpty());
    heard.relay.count(1);
    EXPECT_THAT(heard.counts, ElementsAre(3U));
    EXPECT_THAT(heard.answers, ElementsAre(Value("early")));
    heard.relay.answer(2);
    EXPECT_THAT(heard.answers, ElementsAre(Value("early"), Value(2)));
}

TEST(AnswerRelayTest, TellsThatNobodyWasAsked) {
    Heard heard;
    heard.relay.count(0);
    heard.relay.count(0);
    EXPECT_THAT(heard.counts, ElementsAre(0U));
}

}  // namespace
}  // namespace socketio
