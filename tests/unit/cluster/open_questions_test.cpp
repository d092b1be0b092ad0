// Questions and who answers them: counts before and after answers, servers that go, names that are not known.
#include "cluster/open_questions.hpp"

#include "socketio/error.hpp"
#include "support/recorded_questions.hpp"

#include <gtest/gtest.h>

namespace socketio::cluster {
namespace {

using namespace std::chrono_literals;
using ServerNames = std::vector<std::string>;

constexpr OpenQuestions::Time asked_at{1'000s};

struct OpenQuestionsTest : testing::Test {
    OpenQuestions questions;
    PeerTable peers;
    std::shared_ptr<test::RecordedFetch> fetch = std::make_shared<test::RecordedFetch>();
    std::shared_ptr<test::RecordedBroadcast> asked = std::make_shared<test::RecordedBroadcast>();

    void SetUp() override {
        // To the end, whatever has come: what comes twice is for OpenQuestions to see.
        fetch->open = true;
        asked->open = true;
        peers.hear("/", "a", asked_at);
        peers.hear("/", "b", asked_at);
    }
};

TEST_F(OpenQuestionsTest, CountsEachServerOnce) {
    questions.add("1", "/", fetch, asked_at);
    EXPECT_TRUE(questions.add_sockets("1", "a", {})) << "before the count";
    questions.count("1", 2, peers);
    EXPECT_EQ(fetch->expected, 2U);
    EXPECT_EQ(fetch->expected_names, (ServerNames{"a", "b"}));
    EXPECT_FALSE(questions.add_sockets("1", "a", {})) << "twice";
    EXPECT_FALSE(questions.add_sockets("2", "b", {})) << "another question";
    EXPECT_FALSE(questions.add_server_answer("1", "b", 5)) << "another kind";
    EXPECT_TRUE(questions.add_sockets("1", "b", {}));
    EXPECT_EQ(fetch->answers.size(), 2U);
}

TEST_F(OpenQuestionsTest, NamesAreGivenWhenAllAreKnown) {
    questions.add("1", "/", fetch, asked_at);
    questions.count("1", 3, peers);
    EXPECT_EQ(fetch->expected, 3U);
    EXPECT_TRUE(fetch->expected_names.empty());
}

TEST_F(OpenQuestionsTest, ServersKnownToBeSilentAreGoneAtOnce) {
    peers.hear("/", "b", asked_at + 5s);
    peers.mark_silent("/", asked_at + 1s);
    questions.add("1", "/", fetch, asked_at + 6s);
    questions.count("1", 2, peers);
    EXPECT_EQ(fetch->gone_servers, ServerNames{"a"});
}

TEST_F(OpenQuestionsTest, AServerThatGoesIsGoneOnce) {
    questions.add("1", "/", fetch, asked_at);
    questions.count("1", 2, peers);
    EXPECT_TRUE(questions.add_sockets("1", "a", {}));
    questions.gone("/", "a");
    EXPECT_TRUE(fetch->gone_servers.empty()) << "it has answered";
    questions.gone("/", "b");
    questions.gone("/", "b");
    questions.gone("/chat", "c");
    EXPECT_EQ(fetch->gone_servers, ServerNames{"b"});
}

TEST_F(OpenQuestionsTest, ItsClientsAnswersAreMissingAfterItsCount) {
    questions.add("1", "/", asked, asked_at);
    questions.count("1", 2, peers);
    EXPECT_TRUE(questions.add_client_count("1", "a", 3));
    EXPECT_FALSE(questions.add_client_count("1", "a", 3)) << "once";
    EXPECT_TRUE(questions.add_client_answer("1", "a", "x"));
    EXPECT_TRUE(questions.add_client_answer("1", "a", "y"));
    questions.gone("/", "a");
    EXPECT_EQ(asked->gone_servers, ServerNames{"a"});
}

TEST_F(OpenQuestionsTest, SilenceIsJudged) {
    questions.add("1", "/", fetch, asked_at);
    questions.count("1", 4, peers);
    peers.hear("/", "b", asked_at + 1'500ms);
    peers.mark_silent("/", asked_at + 1s);
    EXPECT_EQ(questions.judge("/", asked_at + 1s, peers), 4U);
    EXPECT_EQ(fetch->gone_servers, (ServerNames{"a", "", ""})) << "two were never heard of";
    // Judged again, nothing is new.
    EXPECT_EQ(questions.judge("/", asked_at + 3s, peers), 4U);
    EXPECT_EQ(fetch->gone_servers.size(), 3U);
}

TEST_F(OpenQuestionsTest, AQuestionThatIsYoungerThanTheProbeIsNotJudged) {
    questions.add("1", "/", fetch, asked_at + 2s);
    questions.count("1", 2, peers);
    peers.mark_silent("/", asked_at + 1s);
    EXPECT_EQ(questions.judge("/", asked_at + 1s, peers), std::nullopt);
    EXPECT_TRUE(fetch->gone_servers.empty());
}

TEST_F(OpenQuestionsTest, NoMoreGoThanWereAsked) {
    // "a" and "b" have left one after the other; one that is not known is there.
    peers.mark_silent("/", asked_at + 1s);
    questions.add("1", "/", fetch, asked_at);
    questions.count("1", 1, peers);
    EXPECT_EQ(fetch->gone_servers.size(), 1U);
}

TEST_F(OpenQuestionsTest, SignsOfLifeAreWantedLessAndLessOften) {
    questions.add("1", "/", fetch, asked_at);
    EXPECT_TRUE(questions.due(asked_at + 999ms).empty());
    EXPECT_EQ(questions.due(asked_at + 1s), std::set<std::string>{"/"});
    EXPECT_TRUE(questions.due(asked_at + 2'999ms).empty());
    EXPECT_EQ(questions.due(asked_at + 3s), std::set<std::string>{"/"});
    EXPECT_TRUE(questions.due(asked_at + 6'999ms).empty());
    fetch->open = false;
    EXPECT_TRUE(questions.due(asked_at + 60s).empty());
    EXPECT_EQ(questions.size(), 0U);
}

TEST_F(OpenQuestionsTest, FailsOnce) {
    questions.add("1", "/", fetch, asked_at);
    questions.fail("1", make_error_code(errc::disconnected));
    EXPECT_EQ(fetch->failure, make_error_code(errc::disconnected));
    EXPECT_EQ(questions.size(), 0U);
    questions.fail("1", make_error_code(errc::disconnected));
    questions.count("1", 2, peers);
    EXPECT_FALSE(fetch->expected);
}

}  // namespace
}  // namespace socketio::cluster
