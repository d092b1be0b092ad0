// A server and its adapter: how it begins and ends, what it is told of the cluster, and which of the adapter's
// promises change what the server does.
#include "socketio/adapter.hpp"
#include "socketio/error.hpp"
#include "socketio/local_cluster.hpp"
#include "socketio/server.hpp"
#include "support/event_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test_support::run_until;
using testing::ElementsAre;
using testing::IsEmpty;

/// Does what a test tells it, and remembers what it is told.
class ScriptedAdapter final : public Adapter {
public:
    void start(AdapterHost& given) override {
        if (failure) std::rethrow_exception(failure);
        host = &given;
    }
    void stop() override {
        host = nullptr;
        ++stops;
    }
    void publish(const ClusterBroadcast& broadcast) override {
        published.push_back(broadcast);
        if (!own) return;
        auto back = broadcast;
        back.is_own = true;
        host->deliver(std::move(back));
    }
    [[nodiscard]] bool delivers_own() const noexcept override { return own; }
    void operate(const ClusterSurgery& surgery) override {
        surgeries.push_back(surgery);
        if (own) host->operate(surgery);
    }
    [[nodiscard]] bool executes_own() const noexcept override { return own; }
    [[nodiscard]] bool has_requests() const noexcept override { return requests; }
    void ask(const ClusterBroadcast&, std::chrono::milliseconds,
             const std::shared_ptr<BroadcastQuestion>& question) override {
        broadcast_question = question;
    }
    void fetch(const std::string&, const Audience&,
               const std::shared_ptr<FetchQuestion>& question) override {
        fetch_question = question;
    }
    [[nodiscard]] ClusterStatus status() const override {
        ClusterStatus status;
        status.adapter = "scripted";
        status.published = published.size();
        return status;
    }

    std::exception_ptr failure;
    bool own = false;
    bool requests = true;
    AdapterHost* host = nullptr;
    int stops = 0;
    std::vector<ClusterBroadcast> published;
    std::vector<ClusterSurgery> surgeries;
    std::shared_ptr<BroadcastQuestion> broadcast_question;
    std::shared_ptr<FetchQuestion> fetch_question;
};

/// One server on the test's thread, with such an adapter.
class ClusterStateTest : public testing::Test {
protected:
    Options scripted_options() {
        Options given;
        given.address.clear();
        given.adapter = adapter;
        given.logger = [this](const LogEvent& event) { log.emplace_back(event.event); };
        return given;
    }
    void start() {
        server->start();
        ASSERT_TRUE(run_until(context, [&] { return adapter->host != nullptr; }));
    }
    void settle() {
        context.restart();
        while (context.poll() > 0) {
        }
    }
    /// As adapters call their server: on shard 0.
    template <class Work>
    void on_loop(Work work) {
        boost::asio::post(context, std::move(work));
        settle();
    }

    boost::asio::io_context context;
    std::vector<std::string> log;
    std::shared_ptr<ScriptedAdapter> adapter = std::make_shared<ScriptedAdapter>();
    std::optional<Server> server{std::in_place, context, scripted_options()};
};

// ---- An adapter that cannot start --------------------------------------------------------------

TEST(AdapterThatThrows, EndsRunWithItsException) {
    const auto adapter = std::make_shared<ScriptedAdapter>();
    adapter->failure = std::make_exception_ptr(std::runtime_error("no such cluster"));
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.shards = 2;
    options.adapter = adapter;
    options.logger = [](const LogEvent&) {};
    Server server(options);
    try {
        server.run(false);
        FAIL() << "it served";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "no such cluster");
    }
    EXPECT_EQ(adapter->stops, 0) << "it never started";
}

TEST_F(ClusterStateTest, AMountedServerStopsWhenItsAdapterCannotStart) {
    adapter->failure = std::make_exception_ptr(std::runtime_error("no such cluster"));
    bool stopped = false;
    server->on_stopped([&] { stopped = true; });
    server->start();
    ASSERT_TRUE(run_until(context, [&] { return stopped; }));
    EXPECT_THAT(log, testing::Contains("the adapter cannot start"));
}

// ---- The cluster's state -----------------------------------------------------------------------

TEST_F(ClusterStateTest, IsToldWhenItChanges) {
    std::vector<std::pair<bool, std::string>> told;
    server->on_cluster_state([&](bool is_reached, const std::string& text) {
        EXPECT_EQ(server->current_shard(), 0U);
        told.emplace_back(is_reached, text);
    });
    server->on_cluster_state([](bool, const std::string&) { throw std::runtime_error("no"); });
    start();
    EXPECT_THAT(told, IsEmpty()) << "nobody knows yet";
    on_loop([&] {
        adapter->host->on_cluster_state(true, "connected");
        adapter->host->on_cluster_state(true, "connected again");
        adapter->host->on_cluster_state(false, "connection reset");
    });
    EXPECT_THAT(told, ElementsAre(std::pair(true, std::string("connected")),
                                  std::pair(false, std::string("connection reset"))));
    EXPECT_THROW(server->on_cluster_state({}), std::logic_error) << "it runs";
}

TEST_F(ClusterStateTest, HasAStatusWhileItRuns) {
    std::vector<ClusterStatus> taken;
    const auto take = [&] {
        server->take_cluster_status([&](const ClusterStatus& status) { taken.push_back(status); });
        settle();
    };
    start();
    server->of("/").emit("x");
    take();
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0].adapter, "scripted");
    EXPECT_EQ(taken[0].published, 1U);
}

TEST(ClusterStatusTest, IsEmptyWithoutAnAdapter) {
    boost::asio::io_context context;
    Options options;
    options.address.clear();
    Server server(context, options);
    server.start();
    std::optional<ClusterStatus> taken;
    server.take_cluster_status([&](const ClusterStatus& status) { taken = status; });
    ASSERT_TRUE(run_until(context, [&] { return taken.has_value(); }));
    EXPECT_EQ(taken->adapter, "");
    EXPECT_FALSE(taken->is_reached);
}

// ---- What goes out -----------------------------------------------------------------------------

TEST_F(ClusterStateTest, WhatIsLocalStaysHere) {
    start();
    const auto local = server->of("/").local();
    local.emit("x");
    local.sockets_join({"a"});
    local.disconnect_sockets();
    int told = 0;
    local.fetch_sockets([&](const FetchedSockets&) { ++told; });
    local.emit_with_ack("x", {}, 60s, [&](const BroadcastAnswers&) { ++told; });
    settle();
    EXPECT_EQ(told, 2);
    EXPECT_THAT(adapter->published, IsEmpty());
    EXPECT_THAT(adapter->surgeries, IsEmpty());
    EXPECT_FALSE(adapter->fetch_question);
    EXPECT_FALSE(adapter->broadcast_question);
}

TEST_F(ClusterStateTest, SurgeryGoesOut) {
    start();
    server->of("/").to("a").except("b").sockets_join({"x", "y"});
    server->of("/").disconnect_sockets(true);
    settle();
    ASSERT_EQ(adapter->surgeries.size(), 2U);
    EXPECT_EQ(adapter->surgeries[0].kind, ClusterSurgery::Kind::join);
    EXPECT_EQ(adapter->surgeries[0].nsp, "/");
    EXPECT_THAT(adapter->surgeries[0].audience.rooms, ElementsAre("a"));
    EXPECT_THAT(adapter->surgeries[0].audience.except, ElementsAre("b"));
    EXPECT_THAT(adapter->surgeries[0].rooms, ElementsAre("x", "y"));
    EXPECT_EQ(adapter->surgeries[1].kind, ClusterSurgery::Kind::disconnect_and_close);
}

TEST_F(ClusterStateTest, AnAdapterWithoutRequestsLeavesQuestionsToThisProcess) {
    adapter->requests = false;
    start();
    int told = 0;
    server->of("/").fetch_sockets([&](const FetchedSockets& fetched) {
        EXPECT_FALSE(fetched.ec);
        ++told;
    });
    server->of("/").sockets_leave({"x"});
    settle();
    EXPECT_EQ(told, 1);
    EXPECT_THAT(adapter->surgeries, IsEmpty());
}

TEST_F(ClusterStateTest, QuestionsEndWithTheirAnswers) {
    start();
    std::optional<FetchedSockets> fetched;
    server->of("/").fetch_sockets([&](const FetchedSockets& all) { fetched = all; });
    std::optional<BroadcastAnswers> answers;
    server->of("/").everyone().emit_with_ack("x", {}, 60s,
                                             [&](const BroadcastAnswers& all) { answers = all; });
    settle();
    ASSERT_TRUE(adapter->fetch_question);
    ASSERT_TRUE(adapter->broadcast_question);
    EXPECT_FALSE(fetched);
    SocketDetails socket;
    socket.id = "there";
    adapter->fetch_question->expect(1, {"other"});
    adapter->fetch_question->add("other", {socket});
    adapter->broadcast_question->expect(1, {"other"});
    adapter->broadcast_question->add_count("other", 1);
    adapter->broadcast_question->add("other", "yes");
    settle();
    ASSERT_TRUE(fetched);
    EXPECT_EQ(fetched->sockets.size(), 1U);
    ASSERT_TRUE(answers);
    EXPECT_THAT(answers->values, ElementsAre(Value("yes")));
}

TEST_F(ClusterStateTest, AFetchEndsAtItsTime) {
    auto short_of_time = scripted_options();
    short_of_time.cluster_request_timeout = 50ms;
    server.emplace(context, short_of_time);
    start();
    std::optional<FetchedSockets> fetched;
    server->of("/").fetch_sockets([&](const FetchedSockets& all) { fetched = all; });
    ASSERT_TRUE(run_until(context, [&] { return fetched.has_value(); }));
    EXPECT_EQ(fetched->ec, errc::ack_timeout);
}

TEST_F(ClusterStateTest, WhatTheAdapterDeliversItselfIsDeliveredOnceAndNotFiltered) {
    adapter->own = true;
    int filtered = 0;
    server->of("/").on_remote_broadcast([&](const ClusterBroadcast&) {
        ++filtered;
        return true;
    });
    start();
    server->of("/").emit("own");
    settle();
    EXPECT_EQ(adapter->published.size(), 1U);
    EXPECT_EQ(filtered, 0);
    on_loop([&] { adapter->host->deliver({"/", {"of another"}, {}, {}}); });
    EXPECT_EQ(filtered, 1);
}

// ---- What comes in -----------------------------------------------------------------------------

TEST_F(ClusterStateTest, QuestionsOfOthersAreAnsweredLater) {
    server->of("/kept").on_remote_broadcast([](const ClusterBroadcast&) { return false; });
    start();
    std::vector<std::string> told;
    const auto count = [&](std::size_t clients) {
        told.push_back(std::to_string(clients) + " clients");
    };
    const auto answer = [](const Value&) { ADD_FAILURE() << "nobody is here"; };
    on_loop([&] {
        auto& host = *adapter->host;
        host.ask({"/", {"x"}, {}, {}}, 1s, count, answer);
        host.ask({"/unknown", {"x"}, {}, {}}, 1s, count, answer);
        host.ask({"/kept", {"x"}, {}, {}}, 1s, count, answer);
        host.ask({"/", {}, {}, {}}, 1s, count, answer);
        host.fetch("/", {}, [&](const std::vector<SocketDetails>& sockets) {
            told.push_back(std::to_string(sockets.size()) + " sockets");
        });
        host.rooms("/", [&](const std::vector<std::string>& rooms) {
            told.push_back(std::to_string(rooms.size()) + " rooms");
        });
        EXPECT_THAT(told, IsEmpty());
    });
    EXPECT_THAT(told, testing::UnorderedElementsAre("0 clients", "0 clients", "0 clients",
                                                    "0 clients", "0 sockets", "0 rooms"));
}

TEST_F(ClusterStateTest, NothingIsAnsweredWhenTheAdapterHasStopped) {
    start();
    adapter->host->fetch(
        "/", {}, [](const std::vector<SocketDetails>&) { ADD_FAILURE() << "it has stopped"; });
    server.reset();
    settle();
    EXPECT_EQ(adapter->stops, 1);
}

}  // namespace
}  // namespace socketio
