// Questions to many sockets, what is told of sockets, and tasks that wait for either.

#include "hub/answer_count.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

namespace socketio::hub {
namespace {

using namespace std::chrono_literals;

class AnswerCountTest : public testing::Test {
protected:
    AnswerCountTest() {
        world.root().on_connection([this](Socket& connected) { socket = &connected; });
    }
    BroadcastAckHandler record() {
        return [this](const BroadcastAnswers& given) { answers = given; };
    }

    World world;
    Socket* socket = nullptr;
    std::optional<BroadcastAnswers> answers;
    Texts log;
};

// ---- Acks of broadcasts ------------------------------------------------------------------------

TEST_F(AnswerCountTest, CollectsTheFirstArgumentOfEachAnswer) {
    auto& one = world.connect();
    socket->emit_with_ack("before", {}, 0ms, [](boost::system::error_code, const Args&) {});
    auto& two = world.connect();
    world.root().everyone().emit_with_ack("ask", {1, Binary("b")}, 200ms, record());
    EXPECT_EQ(one.read(),
              (Texts{R"(20["before"])", R"(51-1["ask",1,{"_placeholder":true,"num":0}])", "bb"}));
    two.read();
    two.send("31[\"two\",\"more\"]");
    EXPECT_FALSE(answers);
    one.send("31[]");
    ASSERT_TRUE(answers);
    EXPECT_FALSE(answers->ec);
    EXPECT_EQ(answers->values, (std::vector<Value>{"two", nullptr}));
}

TEST_F(AnswerCountTest, GivesWhatCameWhenTheTimeIsOver) {
    auto& one = world.connect();
    world.connect();
    world.root().everyone().emit_with_ack("ask", {}, 200ms, record());
    one.send("30[1]");
    world.pass(190ms);
    EXPECT_FALSE(answers);
    world.pass(20ms);
    ASSERT_TRUE(answers);
    EXPECT_EQ(answers->ec, errc::ack_timeout);
    EXPECT_EQ(answers->ec.message(), "operation has timed out");
    EXPECT_EQ(answers->values, std::vector<Value>{1});
}

TEST_F(AnswerCountTest, DoesNotWaitForWhoHasLeft) {
    auto& one = world.connect();
    auto& two = world.connect();
    world.root().everyone().emit_with_ack("ask", {}, 200ms, record());
    two.send("1");
    one.send("30[1]");
    ASSERT_TRUE(answers);
    EXPECT_EQ(answers->ec, errc::disconnected);
    EXPECT_EQ(answers->values, std::vector<Value>{1});
}

TEST_F(AnswerCountTest, AsksNobodyOfAnEmptyAudience) {
    world.connect();
    world.root().to("nowhere").emit_with_ack("ask", {}, 200ms, record());
    ASSERT_TRUE(answers);
    EXPECT_FALSE(answers->ec);
    EXPECT_TRUE(answers->values.empty());
    EXPECT_EQ(world.hub().find_namespace("/")->take_ack_id(), 0U) << "no id is spent on it";
}

TEST_F(AnswerCountTest, RefusesReservedNamesAndWaitingForEver) {
    const auto everyone = world.root().everyone();
    EXPECT_THROW(everyone.emit_with_ack("connect", {}, 1s, record()), std::invalid_argument);
    EXPECT_THROW(everyone.emit_with_ack("ask", {}, 0ms, record()), std::invalid_argument);
    EXPECT_THROW((void)everyone.emit_with_ack("connect", {}, 1s), std::invalid_argument);
    EXPECT_THROW((void)everyone.emit_with_ack("ask", {}, 0ms), std::invalid_argument);
}

TEST(WorseOf, IsATimeoutRatherThanADisconnect) {
    const boost::system::error_code none;
    EXPECT_EQ(worse_of(none, errc::disconnected), errc::disconnected);
    EXPECT_EQ(worse_of(errc::disconnected, none), errc::disconnected);
    EXPECT_EQ(worse_of(errc::disconnected, errc::ack_timeout), errc::ack_timeout);
    EXPECT_EQ(worse_of(errc::ack_timeout, errc::disconnected), errc::ack_timeout);
    EXPECT_FALSE(worse_of(none, none));
}

// ---- What is told of sockets -------------------------------------------------------------------

TEST_F(AnswerCountTest, FetchesIdHandshakeRoomsAndData) {
    world.connect();
    socket->join("a");
    socket->data() = Value(Object{{"name", "one"}});
    const std::string id(socket->id());
    world.connect();
    socket->data() = 42;
    std::optional<FetchedSockets> fetched;
    world.root().to("a").fetch_sockets([&](const FetchedSockets& all) { fetched = all; });
    ASSERT_TRUE(fetched);
    ASSERT_EQ(fetched->sockets.size(), 1U);
    EXPECT_EQ(fetched->sockets[0].id, id);
    EXPECT_EQ(fetched->sockets[0].rooms, (Texts{id, "a"}));
    EXPECT_EQ(fetched->sockets[0].data, Value(Object{{"name", "one"}}));
    world.root().fetch_sockets([&](const FetchedSockets& all) { fetched = all; });
    ASSERT_EQ(fetched->sockets.size(), 2U);
    world.root().except("a").fetch_sockets([&](const FetchedSockets& all) { fetched = all; });
    ASSERT_EQ(fetched->sockets.size(), 1U);
    EXPECT_TRUE(fetched->sockets[0].data.is_null()) << "an int may be anything to its shard";
}

TEST_F(AnswerCountTest, MovesAndSendsAwayAllOfANamespace) {
    auto& one = world.connect();
    auto& two = world.connect();
    world.root().sockets_join({"a", "b"});
    world.root().to(Texts{"a"}).emit("x");
    EXPECT_EQ(one.read(), Texts{R"(2["x"])"});
    world.root().sockets_leave({"a"});
    world.root().in(Texts{"a"}).emit("y");
    EXPECT_EQ(two.read(), Texts{R"(2["x"])"});
    world.root().disconnect_sockets();
    EXPECT_EQ(one.read(), Texts{"1"});
    EXPECT_EQ(two.read(), Texts{"1"});
}

// ---- Tasks -------------------------------------------------------------------------------------

Task ask_twice(Socket& socket, Texts& log) {
    Args question;
    question.emplace_back("first");
    const auto first = co_await socket.emit_with_ack("ask", question, 200ms);
    log.push_back(first.ec ? first.ec.message() : first.args.at(0).as_string());
    const auto second = co_await socket.emit_with_ack("ask", question, 200ms);
    log.push_back(second.ec ? second.ec.message() : second.args.at(0).as_string());
}

TEST_F(AnswerCountTest, ATaskWaitsForAnswers) {
    auto& client = world.connect();
    socket->spawn(ask_twice(*socket, log));
    EXPECT_EQ(client.read(), Texts{R"(20["ask","first"])"});
    EXPECT_TRUE(log.empty());
    client.send("30[\"yes\"]");
    EXPECT_EQ(log, Texts{"yes"});
    EXPECT_EQ(client.read(), Texts{R"(21["ask","first"])"});
    world.pass(210ms);
    EXPECT_EQ(log, (Texts{"yes", "operation has timed out"}));
}

TEST_F(AnswerCountTest, ATaskLearnsThatTheSocketHasLeft) {
    auto& client = world.connect();
    socket->spawn(ask_twice(*socket, log));
    client.lose(DisconnectReason::transport_close);
    ASSERT_EQ(log.size(), 1U);
    world.settle();
    EXPECT_EQ(log.size(), 2U) << "and asking again fails with the next tick";
}

Task ask_everyone(const Namespace& nsp, Texts& log) {
    const auto answers = co_await nsp.everyone().emit_with_ack("ask", Args(), 200ms);
    log.push_back(std::to_string(answers.values.size()));
    const auto fetched = co_await nsp.fetch_sockets();
    log.push_back(std::to_string(fetched.sockets.size()));
}

TEST_F(AnswerCountTest, ATaskWaitsForBroadcastsAndSockets) {
    auto& one = world.connect();
    auto& two = world.connect();
    world.hub().spawn("/", ask_everyone(world.root(), log));
    one.send("30[]");
    two.send("30[]");
    EXPECT_EQ(log, (Texts{"2", "2"}));
}

Task fail_after(Socket& socket) {
    const auto answer = co_await socket.emit_with_ack("ask", Args(), 200ms);
    (void)answer;
    throw std::runtime_error("oops");
}

TEST_F(AnswerCountTest, WhatATaskThrowsIsLogged) {
    auto& client = world.connect();
    socket->spawn(fail_after(*socket));
    client.send("30[]");
    ASSERT_EQ(world.logged.size(), 1U);
    EXPECT_EQ(world.logged[0].event, "handler failed");
    EXPECT_EQ(world.logged[0].fields.back().second, "oops");
    EXPECT_TRUE(client.is_open());
}

Task hold(std::shared_ptr<int> held, Socket& socket) {
    const auto answer = co_await socket.emit_with_ack("ask", Args(), 0ms);
    *held = answer.ec ? 1 : 2;
}

TEST_F(AnswerCountTest, ATaskThatIsNeverStartedOrNeverWokenIsDestroyed) {
    const auto held = std::make_shared<int>(0);
    {
        World ended;
        Socket* asked = nullptr;
        ended.root().on_connection([&](Socket& connected) { asked = &connected; });
        ended.connect();
        {
            const auto never = hold(held, *asked);
        }
        EXPECT_EQ(held.use_count(), 1);
        asked->spawn(hold(held, *asked));
        EXPECT_EQ(held.use_count(), 2);
    }
    EXPECT_EQ(held.use_count(), 1);
    EXPECT_EQ(*held, 0);
}

}  // namespace
}  // namespace socketio::hub
