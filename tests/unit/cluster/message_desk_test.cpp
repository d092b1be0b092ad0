// What the desk does with messages, asks and answers, without Redis: a port that writes down what leaves.
#include "cluster/message_desk.hpp"

#include "socketio/error.hpp"
#include "support/event_loop.hpp"
#include "support/recorded_questions.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

using namespace std::chrono_literals;

class DeskHost final : public AdapterHost {
public:
    explicit DeskHost(boost::asio::io_context& io) : io_(io) {}
    boost::asio::io_context& context() noexcept override { return io_; }
    std::vector<std::string> namespaces() const override { return {"/"}; }
    void deliver(ClusterBroadcast broadcast) override { delivered.push_back(std::move(broadcast)); }
    void operate(ClusterSurgery surgery) override { operated.push_back(std::move(surgery)); }
    void ask(ClusterBroadcast broadcast, std::chrono::milliseconds timeout,
             std::function<void(std::size_t)> on_count,
             std::function<void(Value)> on_answer) override {
        delivered.push_back(std::move(broadcast));
        client_timeout = timeout;
        count = std::move(on_count);
        answer = std::move(on_answer);
    }
    void fetch(std::string, Audience audience,
               std::function<void(std::vector<SocketDetails>)> done) override {
        fetched.push_back(std::move(audience));
        fetch_done = std::move(done);
    }
    void rooms(std::string, std::function<void(std::vector<std::string>)> done) override {
        done({});
    }
    void deliver_server_side(const ServerSideEvent& event, const ServerSideReply& reply) override {
        events.push_back(event.data);
        server_reply = reply;
    }
    void log(LogEvent) override {}
    void on_cluster_state(bool, const std::string&) override {}

    std::vector<ClusterBroadcast> delivered;
    std::vector<ClusterSurgery> operated;
    std::vector<Audience> fetched;
    std::vector<Args> events;
    ServerSideReply server_reply;
    std::chrono::milliseconds client_timeout{0};
    std::function<void(std::size_t)> count;
    std::function<void(Value)> answer;
    std::function<void(std::vector<SocketDetails>)> fetch_done;

private:
    boost::asio::io_context& io_;
};

class RecordingPort final : public MessagePort {
public:
    [[nodiscard]] bool is_connected() const override { return connected; }
    void send(const ClusterMessage& message) override { sent.push_back(message); }
    void answer(const std::string& uid, const ClusterMessage& message) override {
        answered.emplace_back(uid, message);
    }
    void count(const std::string&,
               std::function<void(boost::system::error_code, std::size_t)> done) override {
        counting = std::move(done);
        ++counts;
    }
    [[nodiscard]] std::ptrdiff_t sent_of(MessageType type) const {
        return std::count_if(sent.begin(), sent.end(), [type](const ClusterMessage& message) {
            return type_of(message.body) == type;
        });
    }

    bool connected = true;
    std::size_t counts = 0;
    std::vector<ClusterMessage> sent;
    std::vector<std::pair<std::string, ClusterMessage>> answered;
    std::function<void(boost::system::error_code, std::size_t)> counting;
};

struct MessageDeskTest : testing::Test {
    boost::asio::io_context io{1};
    DeskHost host{io};
    ClusterStatus status;
    RecordingPort port;
    std::optional<MessageDesk> desk;

    void open(DeskOptions options = {}) {
        status.is_reached = true;
        desk.emplace(host, status, port, "us", options);
        desk->open("/");
    }
    void hear(const std::string& uid, MessageBody body) {
        desk->on_message(ClusterMessage{uid, "/", std::move(body)});
    }
    /// The id of the question that was sent last.
    [[nodiscard]] std::string asked_id() const {
        return std::get<message::FetchSockets>(port.sent.back().body).request_id;
    }
};

TEST_F(MessageDeskTest, DeliversWithTheOffsetOfTheEntry) {
    open();
    const ClusterBroadcast event{"/", {"e"}, {}, {}};
    desk->on_message({"a", "/", message::Broadcast{event, std::nullopt, std::nullopt}}, "5-0");
    ClusterBroadcast fleeting = event;
    fleeting.flags.is_volatile = true;
    desk->on_message({"a", "/", message::Broadcast{fleeting, std::nullopt, std::nullopt}}, "6-0");
    ASSERT_EQ(host.delivered.size(), 2U);
    EXPECT_EQ(host.delivered[0].offset, "5-0");
    EXPECT_EQ(host.delivered[1].offset, "");
    EXPECT_EQ(status.received, 2U);
}

TEST_F(MessageDeskTest, AnswersWhomItWasAskedBy) {
    open();
    hear("a", message::Broadcast{{"/", {"q"}, {}, {}}, "1", 300ms});
    EXPECT_EQ(host.client_timeout, 300ms);
    host.count(2);
    host.answer("yes");
    hear("b", message::FetchSockets{{{"r"}, {}}, "2"});
    host.fetch_done({SocketDetails{}});
    hear("c", message::ServerSideEmit{{"whoami"}, "3"});
    host.server_reply.reply("us");
    ASSERT_EQ(port.answered.size(), 4U);
    EXPECT_EQ(port.answered[0].first, "a");
    EXPECT_EQ(std::get<message::ClientCount>(port.answered[0].second.body).clients, 2U);
    EXPECT_EQ(std::get<message::ClientAnswer>(port.answered[1].second.body).answer, Value("yes"));
    EXPECT_EQ(port.answered[2].first, "b");
    EXPECT_EQ(std::get<message::FetchedSockets>(port.answered[2].second.body).sockets.size(), 1U);
    EXPECT_EQ(std::get<message::ServerSideAnswer>(port.answered[3].second.body).request_id, "3");
    EXPECT_EQ(port.answered[3].second.uid, "us");
}

TEST_F(MessageDeskTest, AnswersThatComeAfterItsEndGoNowhere) {
    open();
    hear("a", message::FetchSockets{{}, "1"});
    hear("a", message::ServerSideEmit{{"whoami"}, "2"});
    desk.reset();
    host.fetch_done({});
    host.server_reply.reply("us");
    EXPECT_TRUE(port.answered.empty());
}

TEST_F(MessageDeskTest, AnEventWithoutAQuestionWantsNoReply) {
    open();
    hear("a", message::ServerSideEmit{{"news", 1}, std::nullopt});
    ASSERT_EQ(host.events.size(), 1U);
    EXPECT_FALSE(host.server_reply.wanted());
}

TEST_F(MessageDeskTest, AsksAndCounts) {
    open();
    const auto question = std::make_shared<test::RecordedFetch>();
    // Also for more answers than there are servers, which the desk itself passes over.
    question->open = true;
    desk->fetch("/", {{"r"}, {}}, question);
    ASSERT_EQ(port.sent.size(), 1U);
    hear("a", message::FetchedSockets{asked_id(), {SocketDetails{}}});
    EXPECT_EQ(question->answers.size(), 1U) << "before it is known how many there are";
    port.counting({}, 3);
    EXPECT_EQ(question->expected, 2U);
    hear("b", message::FetchedSockets{asked_id(), {}});
    EXPECT_EQ(question->answers.size(), 2U);
    hear("b", message::FetchedSockets{asked_id(), {}});
    hear("b", message::FetchedSockets{"unknown", {}});
    EXPECT_EQ(question->answers.size(), 2U);
    EXPECT_EQ(status.passed_over, 2U);
}

TEST_F(MessageDeskTest, AQuestionFailsWhenNobodyCanBeCounted) {
    open();
    const auto question = std::make_shared<test::RecordedServerSide>();
    desk->server_side_emit({"/", {"whoami"}}, question);
    port.counting(make_error_code(errc::disconnected), 0);
    EXPECT_EQ(question->failure, make_error_code(errc::disconnected));
}

TEST_F(MessageDeskTest, AQuestionFailsAtOnceWhileRedisIsAway) {
    open();
    port.connected = false;
    const auto question = std::make_shared<test::RecordedFetch>();
    desk->fetch("/", {}, question);
    EXPECT_EQ(question->failure, make_error_code(errc::disconnected));
    EXPECT_TRUE(port.sent.empty());
}

TEST_F(MessageDeskTest, WhoLeftInSilenceIsNotTakenForOneOfThoseWhoAreAsked) {
    open({.probe_wait = 1ms});
    hear("left", message::Heartbeat{});
    desk->on_ready();
    ASSERT_EQ(port.sent_of(MessageType::fetch_sockets), 1);
    hear("here", message::FetchedSockets{asked_id(), {}});
    port.counting({}, 3);
    const std::size_t marked = port.counts;
    // Of nobody who waits: the silence is noted, and no more.
    ASSERT_TRUE(test_support::run_until(io, [&] { return port.counts > marked; }));
    const auto question = std::make_shared<test::RecordedFetch>();
    desk->fetch("/", {}, question);
    port.counting({}, 2);
    EXPECT_EQ(question->expected, 1U);
    EXPECT_EQ(question->expected_names, std::vector<std::string>{"here"});
    EXPECT_TRUE(question->gone_servers.empty());
}

TEST_F(MessageDeskTest, WhoDoesNotShowASignOfLifeIsGone) {
    open();
    hear("frozen", message::Heartbeat{});
    hear("busy", message::Heartbeat{});
    const auto question = std::make_shared<test::RecordedServerSide>();
    desk->server_side_emit({"/", {"whoami"}}, question);
    port.counting({}, 3);
    EXPECT_EQ(question->expected_names, (std::vector<std::string>{"busy", "frozen"}));
    ASSERT_TRUE(
        test_support::run_until(io, [&] { return port.sent_of(MessageType::fetch_sockets) == 1; }));
    const auto& probe = std::get<message::FetchSockets>(port.sent.back().body);
    EXPECT_EQ(probe.audience.rooms.size(), 1U);
    port.counting({}, 3);
    hear("busy", message::FetchedSockets{probe.request_id, {}});
    ASSERT_TRUE(test_support::run_until(io, [&] { return !question->gone_servers.empty(); }));
    EXPECT_EQ(question->gone_servers, std::vector<std::string>{"frozen"});
    EXPECT_TRUE(question->answers.empty()) << "who is alive is waited for";
}

TEST_F(MessageDeskTest, NobodyIsJudgedByASilenceOfRedis) {
    open({.probe_wait = 1ms});
    hear("a", message::Heartbeat{});
    const auto question = std::make_shared<test::RecordedServerSide>();
    desk->server_side_emit({"/", {"whoami"}}, question);
    port.counting({}, 2);
    ASSERT_TRUE(
        test_support::run_until(io, [&] { return port.sent_of(MessageType::fetch_sockets) == 1; }));
    ++status.outages;
    port.counting({}, 2);
    ASSERT_TRUE(
        test_support::run_until(io, [&] { return port.sent_of(MessageType::fetch_sockets) == 2; }));
    EXPECT_TRUE(question->gone_servers.empty()) << "its answer may have been lost";
    port.counting({}, 2);
    ASSERT_TRUE(test_support::run_until(io, [&] { return !question->gone_servers.empty(); }));
}

TEST_F(MessageDeskTest, WhoClosesIsGoneAtOnce) {
    open();
    hear("a", message::Heartbeat{});
    const auto question = std::make_shared<test::RecordedBroadcast>();
    desk->ask({"/", {"q"}, {}, {}}, 300ms, question);
    port.counting({}, 2);
    hear("a", message::AdapterClose{});
    EXPECT_EQ(question->gone_servers, std::vector<std::string>{"a"});
}

TEST_F(MessageDeskTest, SendsHeartbeatsWhereTheyAreWanted) {
    open({.heartbeat_interval = 300ms, .heartbeat_timeout = 600ms});
    desk->on_ready();
    EXPECT_EQ(port.sent_of(MessageType::initial_heartbeat), 1);
    ASSERT_TRUE(
        test_support::run_until(io, [&] { return port.sent_of(MessageType::heartbeat) >= 2; }));
    desk->on_ready();
    EXPECT_EQ(port.sent_of(MessageType::initial_heartbeat), 1) << "no outage, no news";
    ++status.outages;
    desk->on_ready();
    EXPECT_EQ(port.sent_of(MessageType::initial_heartbeat), 2);
    desk->close("/");
    EXPECT_EQ(port.sent_of(MessageType::adapter_close), 1);
}

TEST_F(MessageDeskTest, WhoLeavesSaysSoInEachNamespace) {
    open();
    desk->open("/news");
    desk->leave();
    EXPECT_EQ(port.sent_of(MessageType::adapter_close), 2);
}

TEST_F(MessageDeskTest, AFrozenServerIsDroppedWhenItsHeartbeatsEnd) {
    open({.heartbeat_interval = 300ms, .heartbeat_timeout = 600ms});
    hear("frozen", message::InitialHeartbeat{});
    const auto question = std::make_shared<test::RecordedFetch>();
    desk->fetch("/", {}, question);
    port.counting({}, 2);
    ASSERT_TRUE(test_support::run_until(io, [&] { return !question->gone_servers.empty(); }));
    EXPECT_EQ(question->gone_servers, std::vector<std::string>{"frozen"});
}

TEST_F(MessageDeskTest, FarAwayHeartbeatsDoNotFloodTheChannel) {
    open({.heartbeat_interval = 5s});
    for (int i = 0; i < 100; ++i) hear("a" + std::to_string(i), message::InitialHeartbeat{});
    EXPECT_LE(port.sent_of(MessageType::heartbeat), 1);
}

TEST_F(MessageDeskTest, ANewServerIsAnsweredAlsoRightAfterSomethingElse) {
    open();
    desk->server_side_emit({"/", {"news"}}, nullptr);
    hear("a", message::InitialHeartbeat{});
    EXPECT_EQ(port.sent_of(MessageType::heartbeat), 0);
    EXPECT_TRUE(
        test_support::run_until(io, [&] { return port.sent_of(MessageType::heartbeat) == 1; }));
}

}  // namespace
}  // namespace socketio::cluster
