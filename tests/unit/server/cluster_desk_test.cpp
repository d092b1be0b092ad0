// Questions to the cluster: when they end, with what, and who is named.
#include "server/cluster_desk.hpp"

#include "server/cluster_questions.hpp"
#include "socketio/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

SocketDetails socket_called(std::string id) {
    SocketDetails details;
    details.id = std::move(id);
    return details;
}

/// With its name, more than half of the room that there is for a question.
Value large_answer() {
    return std::string(6'000, 'x');
}

class ClusterDeskTest : public testing::Test {
protected:
    template <class Asked, class Answers>
    std::shared_ptr<Asked> ask(std::optional<Answers>& told, std::chrono::milliseconds time = 1s) {
        const auto question = std::make_shared<Asked>([&told](const Answers& answers) {
            EXPECT_FALSE(told) << "told twice";
            told = answers;
        });
        desk->open(question, time);
        return question;
    }
    std::shared_ptr<ServerSideAsked> ask_servers(std::chrono::milliseconds time = 1s) {
        return ask<ServerSideAsked>(servers, time);
    }
    std::shared_ptr<BroadcastAsked> ask_clients() { return ask<BroadcastAsked>(clients); }
    std::shared_ptr<FetchAsked> ask_for_sockets() { return ask<FetchAsked>(sockets); }
    void pass(std::chrono::milliseconds time) { deadlines.advance(deadlines.now() + time); }

    base::DeadlineQueue deadlines{base::TimePoint(std::chrono::hours(1))};
    std::vector<std::string> logged;  ///< Whose answers were too large.
    const base::Log log{[this](const LogEvent& event) {
                            EXPECT_EQ(event.event, "answers of other servers too large");
                            logged.push_back(event.fields.at(1).second);
                        },
                        LogLevel::info};
    std::optional<ClusterDesk> desk{std::in_place, deadlines, DeskBounds{3, 10'000}, log};
    std::optional<ServerSideAnswers> servers;
    std::optional<BroadcastAnswers> clients;
    std::optional<FetchedSockets> sockets;
};

// ---- Of all kinds ------------------------------------------------------------------------------

TEST_F(ClusterDeskTest, EndsWithTheLastAnswer) {
    const auto question = ask_servers();
    question->expect(2, {"a", "b"});
    question->add("a", 1);
    question->add("a", 2);
    EXPECT_FALSE(servers);
    question->add("b", 3);
    ASSERT_TRUE(servers);
    EXPECT_FALSE(servers->ec);
    EXPECT_THAT(servers->values, ElementsAre(Value(1), Value(3)));
    EXPECT_EQ(servers->expected, 2U);
    EXPECT_THAT(servers->missing, IsEmpty());
    EXPECT_FALSE(question->is_open());
    EXPECT_EQ(desk->size(), 0U);
    question->add("c", 4);
    pass(2s);
}

TEST_F(ClusterDeskTest, TakesAnswersThatComeBeforeTheNumber) {
    const auto question = ask_servers();
    question->add("", 1);
    question->add("", 2);
    EXPECT_FALSE(servers);
    question->expect(2, {});
    ASSERT_TRUE(servers);
    EXPECT_EQ(servers->values.size(), 2U);
}

TEST_F(ClusterDeskTest, EndsAtItsTimeAndNamesWhoIsMissing) {
    const auto question = ask_servers(100ms);
    question->expect(3, {"a", "b", "c"});
    question->add("b", 1);
    question->gone("c");
    pass(90ms);
    EXPECT_FALSE(servers);
    pass(30ms);
    ASSERT_TRUE(servers);
    EXPECT_EQ(servers->ec, errc::ack_timeout);
    EXPECT_THAT(servers->values, ElementsAre(Value(1)));
    EXPECT_THAT(servers->missing, UnorderedElementsAre("a", "c"));
}

TEST_F(ClusterDeskTest, EndsAtItsTimeWhenNobodySaysHowManyWereAsked) {
    const auto question = ask_servers(100ms);
    pass(120ms);
    ASSERT_TRUE(servers);
    EXPECT_EQ(servers->ec, errc::ack_timeout);
    EXPECT_EQ(servers->expected, 0U);
    EXPECT_THAT(servers->missing, IsEmpty());
    question->expect(1, {"a"});
}

TEST_F(ClusterDeskTest, DoesNotWaitForWhoIsGone) {
    const auto question = ask_servers();
    question->expect(2, {"a", "b"});
    question->gone("a");
    EXPECT_FALSE(servers);
    question->add("b", 1);
    ASSERT_TRUE(servers);
    EXPECT_FALSE(servers->ec);
    EXPECT_THAT(servers->missing, ElementsAre("a"));
}

TEST_F(ClusterDeskTest, SaysThatNobodyCanBeAsked) {
    ask_servers()->fail(errc::disconnected);
    ASSERT_TRUE(servers);
    EXPECT_EQ(servers->ec, errc::disconnected);
}

TEST_F(ClusterDeskTest, EndsTheOldestWhenThereAreTooMany) {
    const auto oldest = ask_servers();
    std::optional<ServerSideAnswers> others;
    for (int i = 0; i < 2; ++i) (void)ask<ServerSideAsked>(others);
    EXPECT_FALSE(servers);
    (void)ask<ServerSideAsked>(others);
    ASSERT_TRUE(servers);
    EXPECT_EQ(servers->ec, errc::ack_timeout);
    EXPECT_FALSE(others);
    EXPECT_EQ(desk->size(), 3U);
}

TEST_F(ClusterDeskTest, EndsWithWhatThereIsRoomFor) {
    const auto question = ask_servers();
    question->expect(4, {"a", "b", "c", "d"});
    question->add("a", large_answer());
    question->add("a", large_answer());
    EXPECT_FALSE(servers) << "each answers once";
    question->gone("d");
    question->add("b", large_answer());
    ASSERT_TRUE(servers);
    EXPECT_EQ(servers->ec, errc::too_large);
    EXPECT_THAT(servers->values, ElementsAre(large_answer()));
    EXPECT_EQ(servers->expected, 4U);
    EXPECT_THAT(servers->missing, UnorderedElementsAre("b", "c", "d"));
    EXPECT_EQ(desk->size(), 0U);
    question->add("c", large_answer());
    pass(2s);
    EXPECT_THAT(logged, ElementsAre("b"));
}

TEST_F(ClusterDeskTest, HasRoomForEachQuestionByItself) {
    const auto question = ask_servers();
    std::optional<ServerSideAnswers> others;
    const auto other = ask<ServerSideAsked>(others);
    question->add("a", large_answer());
    other->add("a", large_answer());
    question->expect(1, {"a"});
    other->expect(1, {"a"});
    ASSERT_TRUE(servers && others);
    EXPECT_FALSE(servers->ec);
    EXPECT_FALSE(others->ec);
    EXPECT_THAT(logged, IsEmpty());
}

TEST_F(ClusterDeskTest, EndsWithOneAnswerThatThereIsNoRoomFor) {
    const auto question = ask_servers();
    question->expect(1, {});
    question->add("", std::string(10'001, 'x'));
    ASSERT_TRUE(servers);
    EXPECT_EQ(servers->ec, errc::too_large);
    EXPECT_THAT(servers->values, IsEmpty());
    EXPECT_THAT(servers->missing, ElementsAre(""));
    EXPECT_THAT(logged, ElementsAre(""));
}

TEST_F(ClusterDeskTest, TellsNobodyWhenItEnds) {
    const auto question = ask_servers();
    desk.reset();
    EXPECT_FALSE(question->is_open());
    question->expect(1, {});
    question->add("a", 1);
    question->gone("a");
    question->fail(errc::disconnected);
    pass(2s);
    EXPECT_FALSE(servers);
}

// ---- Sockets -----------------------------------------------------------------------------------

TEST_F(ClusterDeskTest, AddsTheSocketsOfThisProcess) {
    const auto question = ask_for_sockets();
    question->add("a", {socket_called("1")});
    question->expect(1, {"a"});
    EXPECT_FALSE(sockets) << "this process has yet to answer";
    EXPECT_FALSE(question->is_open());
    question->add_own({socket_called("2")});
    ASSERT_TRUE(sockets);
    ASSERT_EQ(sockets->sockets.size(), 2U);
    EXPECT_FALSE(sockets->ec);
}

TEST_F(ClusterDeskTest, WaitsForThisProcessWhenItsTimeIsOver) {
    const auto question = ask_for_sockets();
    question->expect(1, {"a"});
    pass(2s);
    EXPECT_FALSE(sockets);
    question->add("a", {socket_called("late")});
    question->add_own({socket_called("2")});
    ASSERT_TRUE(sockets);
    EXPECT_EQ(sockets->ec, errc::ack_timeout);
    ASSERT_EQ(sockets->sockets.size(), 1U);
    EXPECT_THAT(sockets->missing, ElementsAre("a"));
}

TEST_F(ClusterDeskTest, TakesTheAnswerOfThisProcessBeforeItIsOpen) {
    const auto question =
        std::make_shared<FetchAsked>([this](const FetchedSockets& fetched) { sockets = fetched; });
    question->add_own({socket_called("own")});
    EXPECT_FALSE(sockets);
    desk->open(question, 1s);
    question->expect(0, {});
    ASSERT_TRUE(sockets);
    EXPECT_EQ(sockets->sockets.size(), 1U);
}

TEST_F(ClusterDeskTest, EndsWithTheSocketsThatThereIsRoomFor) {
    const auto question = ask_for_sockets();
    question->expect(2, {"a", "b"});
    question->add("a", {socket_called("1")});
    auto large = socket_called("2");
    large.rooms = {std::string(2'000, 'r')};
    large.data = std::string(2'000, 'd');
    large.handshake.auth = std::string(2'000, 'a');
    large.handshake.query.add("q", std::string(2'000, 'q'));
    auto request = std::make_shared<OpeningRequest>();
    request->headers.add("h", std::string(2'000, 'h'));
    large.handshake.request = request;
    question->add("b", {large});
    EXPECT_FALSE(sockets) << "this process has yet to answer";
    EXPECT_FALSE(question->is_open());
    // Its own are no question of room.
    question->add_own({large, large});
    ASSERT_TRUE(sockets);
    EXPECT_EQ(sockets->ec, errc::too_large);
    EXPECT_EQ(sockets->sockets.size(), 3U);
    EXPECT_THAT(sockets->missing, ElementsAre("b"));
    EXPECT_THAT(logged, ElementsAre("b"));
}

TEST_F(ClusterDeskTest, CountsEachSocketThatItKeeps) {
    const auto question = ask_for_sockets();
    question->expect(1, {"a"});
    question->add_own({});
    question->add("a", std::vector<SocketDetails>(10'000 / sizeof(SocketDetails) + 1));
    ASSERT_TRUE(sockets);
    EXPECT_EQ(sockets->ec, errc::too_large);
    EXPECT_THAT(sockets->sockets, IsEmpty());
}

// ---- Answers of clients ------------------------------------------------------------------------

TEST_F(ClusterDeskTest, CountsTheAnswersOfAllClients) {
    const auto question = ask_clients();
    question->expect(2, {"a", "b"});
    question->add_own({{}, {"own"}, {}});
    question->add_count("a", 2);
    question->add("a", "a1");
    question->add_count("b", 0);
    EXPECT_FALSE(clients);
    question->add("a", "a2");
    ASSERT_TRUE(clients);
    EXPECT_FALSE(clients->ec);
    EXPECT_THAT(clients->values, UnorderedElementsAre(Value("own"), Value("a1"), Value("a2")));
    EXPECT_THAT(clients->missing, IsEmpty());
}

TEST_F(ClusterDeskTest, CountsAnswersThatOvertakeTheirNumber) {
    const auto question = ask_clients();
    question->add_own({});
    question->add("", 1);
    question->add("", 2);
    question->expect(1, {});
    EXPECT_FALSE(clients);
    question->add_count("", 2);
    EXPECT_TRUE(clients);
}

TEST_F(ClusterDeskTest, TakesBackTheCountOfAServerThatIsGone) {
    const auto question = ask_clients();
    question->add_own({});
    question->expect(2, {"a", "b"});
    question->add_count("a", 3);
    question->add_count("b", 2);
    question->add("a", "a1");
    question->add("b", "b1");
    question->gone("a");
    EXPECT_FALSE(clients) << "b has one to come";
    question->add("a", "late");
    EXPECT_FALSE(clients) << "that is none of b's";
    question->add("b", "b2");
    ASSERT_TRUE(clients);
    EXPECT_FALSE(clients->ec);
    EXPECT_EQ(clients->values.size(), 4U) << "what came of it counts";
    EXPECT_THAT(clients->missing, ElementsAre("a"));
}

TEST_F(ClusterDeskTest, DoesNotTakeAnswersOfOneServerForThoseOfAnother) {
    const auto question = ask_clients();
    question->add_own({});
    question->expect(2, {"a", "b"});
    question->add_count("a", 2);
    question->add("b", "b1");
    question->add("b", "b2");
    question->gone("b");
    EXPECT_FALSE(clients);
    question->add("a", "a1");
    EXPECT_FALSE(clients);
    question->add("a", "a2");
    EXPECT_TRUE(clients);
}

TEST_F(ClusterDeskTest, IgnoresThatAServerIsGoneWhichHasAnswered) {
    const auto question = ask_clients();
    question->add_own({});
    question->expect(2, {"a", "b"});
    question->add_count("a", 1);
    question->add("a", "a1");
    question->gone("a");
    question->add_count("b", 0);
    ASSERT_TRUE(clients);
    EXPECT_THAT(clients->missing, IsEmpty());
}

TEST_F(ClusterDeskTest, GivesUpThoseWithoutANameWhenAllOfThemAreGone) {
    const auto question = ask_clients();
    question->add_own({});
    question->expect(2, {});
    question->add_count("", 2);
    question->add_count("", 1);
    question->gone("");
    EXPECT_FALSE(clients) << "the other may have all that is missing";
    question->gone("");
    ASSERT_TRUE(clients);
    EXPECT_THAT(clients->missing, ElementsAre("", ""));
}

TEST_F(ClusterDeskTest, NamesServersWhoseClientsAreLate) {
    const auto question = ask_clients();
    question->add_own({errc::disconnected, {}, {}});
    question->expect(3, {"a", "b", "c"});
    question->add_count("a", 1);
    question->add_count("b", 1);
    question->add("b", "b1");
    pass(2s);
    ASSERT_TRUE(clients);
    EXPECT_EQ(clients->ec, errc::ack_timeout);
    EXPECT_THAT(clients->values, ElementsAre(Value("b1")));
    EXPECT_THAT(clients->missing, UnorderedElementsAre("a", "c"));
}

TEST_F(ClusterDeskTest, KeepsTheErrorOfThisProcess) {
    const auto question = ask_clients();
    question->expect(0, {});
    question->add_own({errc::disconnected, {}, {}});
    ASSERT_TRUE(clients);
    EXPECT_EQ(clients->ec, errc::disconnected);
}

TEST_F(ClusterDeskTest, EndsWithTheClientsAnswersThatThereIsRoomFor) {
    const auto question = ask_clients();
    question->add_own({errc::ack_timeout, {"own"}, {}});
    question->expect(3, {"a", "b", "c"});
    question->add_count("a", 2);
    question->add_count("b", 1);
    question->add("b", "b1");
    question->add("a", large_answer());
    EXPECT_FALSE(clients);
    question->add("a", large_answer());
    ASSERT_TRUE(clients);
    EXPECT_EQ(clients->ec, errc::too_large) << "whatever else there was";
    EXPECT_THAT(clients->values, UnorderedElementsAre(Value("own"), Value("b1"), large_answer()));
    EXPECT_THAT(clients->missing, UnorderedElementsAre("a", "c"));
    question->add("a", "late");
    question->add_count("c", 1);
    EXPECT_THAT(logged, ElementsAre("a"));
}

TEST_F(ClusterDeskTest, HasABoundForManySmallAnswers) {
    const auto question = ask_clients();
    question->add_own({});
    std::size_t added = 0;
    for (; !clients && added < 10'000; ++added) question->add("a", nullptr);
    ASSERT_TRUE(clients);
    EXPECT_EQ(clients->ec, errc::too_large);
    EXPECT_EQ(clients->values.size(), added - 1);
    EXPECT_LE(clients->values.size() * sizeof(Value), 10'000U);
    EXPECT_THAT(logged, ElementsAre("a"));
}

// ---- Every order -------------------------------------------------------------------------------

/// What comes of the servers of one question, in an order of its seed's: counts, answers before and behind them,
/// servers that go at any point of that.
class AnyOrder {
public:
    explicit AnyOrder(unsigned seed) : dice_(seed) {
        const auto servers = 1 + below(4);
        for (std::size_t i = 0; i < servers; ++i) add_server("s" + std::to_string(i));
        const auto names = names_;
        add({[servers, names](BroadcastAsked& question) { question.expect(servers, names); }});
        add({[](BroadcastAsked& question) { question.add_own({{}, {"own"}, {}}); }});
    }

    /// Whether there is one more; then it happens.
    bool step(BroadcastAsked& question) {
        if (steps_.empty()) return false;
        auto& chosen = steps_[below(steps_.size())];
        const auto work = chosen.front();
        chosen.erase(chosen.begin());
        std::erase_if(steps_, [](const auto& sequence) { return sequence.empty(); });
        work(question);
        return true;
    }
    [[nodiscard]] bool is_over() const { return steps_.empty(); }

    std::size_t answers = 1;  ///< The own one.
    std::vector<std::string> lost;

private:
    using Step = std::function<void(BroadcastAsked&)>;

    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(dice_);
    }
    void add(std::vector<Step> sequence) { steps_.push_back(std::move(sequence)); }
    void add_server(const std::string& name) {
        names_.push_back(name);
        const auto clients = below(4);
        std::vector<Step> sequence(
            clients, [name](BroadcastAsked& question) { question.add(name, Value(name)); });
        const auto place = static_cast<std::ptrdiff_t>(below(clients + 1));
        sequence.insert(sequence.begin() + place, [name, clients](BroadcastAsked& question) {
            question.add_count(name, clients);
        });
        const auto done = below(2 * sequence.size());
        if (done < sequence.size()) {
            sequence.resize(done);
            sequence.emplace_back([name](BroadcastAsked& question) { question.gone(name); });
            lost.push_back(name);
            answers += done > static_cast<std::size_t>(place) ? done - 1 : done;
        } else {
            answers += clients;
        }
        add(std::move(sequence));
    }

    std::mt19937 dice_;
    std::vector<std::string> names_;
    std::vector<std::vector<Step>> steps_;
};

TEST_F(ClusterDeskTest, EndsWithTheLastWordInWhateverOrderTheyCome) {
    for (unsigned seed = 0; seed < 2'000; ++seed) {
        SCOPED_TRACE(seed);
        clients.reset();
        const auto question = ask_clients();
        AnyOrder order(seed);
        while (order.step(*question)) {
            ASSERT_EQ(clients.has_value(), order.is_over());
        }
        EXPECT_FALSE(clients->ec);
        EXPECT_EQ(clients->values.size(), order.answers);
        EXPECT_THAT(clients->missing, testing::UnorderedElementsAreArray(order.lost));
    }
}

}  // namespace
}  // namespace socketio
