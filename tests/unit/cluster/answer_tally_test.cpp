// Who is gone, told from who answers what.
#include "cluster/answer_tally.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace socketio::cluster {
namespace {

AnswerTally tally_of(std::initializer_list<const char*> servers) {
    AnswerTally tally;
    for (const char* server : servers) EXPECT_TRUE(tally.add(server));
    return tally;
}

TEST(AnswerTally, CountsAServerWithANameOnce) {
    AnswerTally tally = tally_of({"a", "", ""});
    EXPECT_FALSE(tally.add("a"));
    EXPECT_TRUE(tally.add("b"));
    EXPECT_EQ(tally.answered(), 4u);
    EXPECT_EQ(tally.names().size(), 2u);
}

TEST(AnswerTally, IsBounded) {
    AnswerTally tally;
    for (int i = 0; i < 5'000; ++i) (void)tally.add(i % 2 == 0 ? std::to_string(i) : "");
    EXPECT_EQ(tally.answered(), 1'000u);
    AnswerTally other;
    EXPECT_TRUE(other.add(std::string(65, 'x')));
    EXPECT_TRUE(other.names().empty());
}

TEST(AnswerTally, TellsSilentServersFromBusyOnes) {
    // Nobody answered the question; both say that they are alive.
    EXPECT_EQ(silent_servers(2, {}, tally_of({"", ""})), 0u);
    EXPECT_EQ(silent_servers(2, {}, tally_of({"", "a"})), 0u);
    // One of them does not.
    EXPECT_EQ(silent_servers(2, {}, tally_of({""})), 1u);
    EXPECT_EQ(silent_servers(2, tally_of({""}), tally_of({""})), 1u);
    EXPECT_EQ(silent_servers(2, tally_of({"a"}), tally_of({"a"})), 1u);
    // The one that answered has died since, the other is alive and busy.
    EXPECT_EQ(silent_servers(2, tally_of({"a"}), tally_of({"b"})), 0u);
    EXPECT_EQ(silent_servers(3, tally_of({"a"}), tally_of({"a", ""})), 1u);
    EXPECT_EQ(silent_servers(3, {}, {}), 3u);
    // More of them than were asked.
    EXPECT_EQ(silent_servers(1, tally_of({"a", "b"}), tally_of({"a", "b", "c"})), 0u);
}

}  // namespace
}  // namespace socketio::cluster
