// Events between servers: three of them in one process, joined by a LocalCluster. All are on one io_context, so
// that one thread sees everything in order, but for those tests that are about threads.
#include "socketio/adapter.hpp"
#include "socketio/error.hpp"
#include "socketio/local_cluster.hpp"
#include "socketio/server.hpp"
#include "support/event_loop.hpp"
#include "support/running_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test::RunningServer;
using test_support::run_until;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

Options joined_options(LocalCluster& cluster) {
    Options options;
    options.address.clear();
    options.adapter = cluster.join();
    return options;
}

/// Servers on the test's thread.
class Cluster {
public:
    explicit Cluster(std::size_t servers) {
        for (std::size_t i = 0; i < servers; ++i) {
            servers_.emplace_back(std::in_place, context, joined_options(local));
        }
    }

    [[nodiscard]] Server& operator[](std::size_t index) { return *servers_[index]; }
    void start() {
        for (auto& server : servers_) server->start();
        EXPECT_TRUE(run_until(context, [&] { return local.servers() == servers_.size(); }));
    }
    void destroy(std::size_t index) { servers_[index].reset(); }
    /// Whatever was sent by now arrives, and what answers it at once comes back.
    void settle() {
        context.restart();
        while (context.poll() > 0) {
        }
    }

    boost::asio::io_context context;
    LocalCluster local;

private:
    std::deque<std::optional<Server>> servers_;
};

/// What a question became.
struct Outcome {
    [[nodiscard]] ServerSideAnswersHandler handler() {
        return [this](const ServerSideAnswers& given) {
            ++told;
            answers = given;
        };
    }

    ServerSideAnswers answers;
    int told = 0;
};

ServerSideHandler answer_with(Value value) {
    return [value = std::move(value)](const Args&, const ServerSideReply& reply) {
        reply.reply(value);
    };
}

TEST(ServerSide, ReachesTheOtherServersAlone) {
    Cluster cluster(3);
    std::vector<std::pair<int, Args>> heard;
    for (int i = 0; i < 3; ++i) {
        auto& server = cluster[static_cast<std::size_t>(i)];
        server.on_server_side("hello", [&, i](const Args& args, const ServerSideReply& reply) {
            EXPECT_EQ(cluster[static_cast<std::size_t>(i)].current_shard(), 0U);
            EXPECT_FALSE(reply.wanted());
            heard.emplace_back(i, args);
        });
        server.of("/other").on_server_side("hello", [](const Args&, const ServerSideReply&) {
            ADD_FAILURE() << "that is another namespace";
        });
    }
    cluster.start();
    const Binary bytes = Binary("\x01\xff");
    cluster[1].server_side_emit("hello", 1, "x", bytes);
    cluster[1].server_side_emit("unknown");
    cluster.settle();
    const Args said{1, "x", bytes};
    EXPECT_THAT(heard, UnorderedElementsAre(std::pair(0, said), std::pair(2, said)));
}

TEST(ServerSide, KeepsTheOrderOfASender) {
    Cluster cluster(2);
    std::vector<std::int64_t> heard;
    cluster[1].on_server_side("count", [&](const Args& args, const ServerSideReply&) {
        heard.push_back(args.at(0).as_int64());
    });
    cluster.start();
    for (int i = 0; i < 100; ++i) cluster[0].server_side_emit("count", i);
    cluster.settle();
    ASSERT_EQ(heard.size(), 100U);
    for (std::size_t i = 0; i < heard.size(); ++i) {
        EXPECT_EQ(heard[i], static_cast<std::int64_t>(i));
    }
}

TEST(ServerSide, AsksAllOthers) {
    Cluster cluster(3);
    cluster[0].on_server_side("who", answer_with("myself"));
    cluster[1].on_server_side("who", answer_with("one"));
    cluster[2].on_server_side("who", answer_with("two"));
    cluster.start();
    Outcome outcome;
    cluster[0].server_side_emit_with_ack("who", {}, 5s, outcome.handler());
    EXPECT_EQ(outcome.told, 0) << "never inside the call";
    cluster.settle();
    EXPECT_EQ(outcome.told, 1);
    EXPECT_FALSE(outcome.answers.ec);
    EXPECT_EQ(outcome.answers.expected, 2U);
    EXPECT_THAT(outcome.answers.values, UnorderedElementsAre(Value("one"), Value("two")));
}

TEST(ServerSide, TellsWhoHasAnsweredWhenNotAllDid) {
    Cluster cluster(3);
    cluster[1].on_server_side("who", answer_with("one"));
    std::optional<ServerSideReply> late;
    cluster[2].on_server_side("who",
                              [&](const Args&, const ServerSideReply& reply) { late = reply; });
    cluster.start();
    Outcome outcome;
    const auto asked = std::chrono::steady_clock::now();
    cluster[0].server_side_emit_with_ack("who", {}, 60ms, outcome.handler());
    ASSERT_TRUE(run_until(cluster.context, [&] { return outcome.told > 0; }));
    EXPECT_GE(std::chrono::steady_clock::now() - asked, 60ms);
    EXPECT_EQ(outcome.answers.ec, errc::ack_timeout);
    EXPECT_EQ(outcome.answers.expected, 2U);
    EXPECT_EQ(outcome.answers.values, std::vector<Value>{"one"});
    EXPECT_EQ(outcome.answers.message(), "timeout reached: only 1 responses received out of 2");
    EXPECT_THAT(outcome.answers.missing, ElementsAre("local-3"));
    ASSERT_TRUE(late);
    EXPECT_TRUE(late->wanted());
    late->reply("late");
    cluster.settle();
    EXPECT_EQ(outcome.told, 1) << "an answer that comes later is dropped";
}

TEST(ServerSide, CountsOneAnswerOfAServer) {
    Cluster cluster(3);
    for (int i = 0; i < 2; ++i) cluster[1].on_server_side("who", answer_with(i));
    std::optional<ServerSideReply> later;
    cluster[2].on_server_side("who",
                              [&](const Args&, const ServerSideReply& reply) { later = reply; });
    cluster.start();
    Outcome outcome;
    cluster[0].server_side_emit_with_ack("who", {}, 20s, outcome.handler());
    cluster.settle();
    EXPECT_EQ(outcome.told, 0) << "one server answered twice, another not yet";
    later->reply();
    cluster.settle();
    EXPECT_EQ(outcome.told, 1);
    EXPECT_THAT(outcome.answers.values, UnorderedElementsAre(Value(0), Value(nullptr)));
}

TEST(ServerSide, HasItsAnswerAtOnceWhenThereIsNobodyElse) {
    Cluster cluster(2);
    cluster[0].of("/lonely");
    cluster.start();
    Outcome outcome;
    cluster[0].of("/lonely").server_side_emit_with_ack("who", {}, 20s, outcome.handler());
    cluster.settle();
    EXPECT_EQ(outcome.told, 1) << "the other has no such namespace";
    EXPECT_FALSE(outcome.answers.ec);
    EXPECT_EQ(outcome.answers.expected, 0U);
    // It is opened, and then it is closed.
    boost::asio::post(cluster.context, [&] {
        (void)cluster[1].of(
            "/lonely", [](Namespace& nsp) { nsp.on_server_side("who", answer_with("another")); });
    });
    cluster.settle();
    cluster[0].of("/lonely").server_side_emit_with_ack("who", {}, 20s, outcome.handler());
    cluster.settle();
    EXPECT_EQ(outcome.told, 2);
    EXPECT_EQ(outcome.answers.values, std::vector<Value>{"another"});
    boost::asio::post(cluster.context, [&] { cluster[1].close_namespace("/lonely"); });
    cluster.settle();
    cluster[0].of("/lonely").server_side_emit_with_ack("who", {}, 20s, outcome.handler());
    cluster.settle();
    EXPECT_EQ(outcome.told, 3);
    EXPECT_EQ(outcome.answers.expected, 0U);
}

Task ask_twice(Server& server, std::vector<ServerSideAnswers>& results) {
    const auto first = co_await server.server_side_emit_with_ack("who", {});
    const auto second = co_await server.of("/").server_side_emit_with_ack("silent", {}, 30ms);
    results = {first, second};
}

TEST(ServerSide, IsAwaited) {
    Cluster cluster(2);
    cluster[1].on_server_side("who", answer_with("one"));
    cluster.start();
    std::vector<ServerSideAnswers> results;
    cluster[0].spawn(0, ask_twice(cluster[0], results));
    ASSERT_TRUE(run_until(cluster.context, [&] { return results.size() == 2; }));
    EXPECT_EQ(results[0].values, std::vector<Value>{"one"});
    EXPECT_EQ(results[1].ec, errc::ack_timeout);
    EXPECT_EQ(results[1].expected, 1U) << "nobody there handles it, as in Node";
}

TEST(ServerSide, GoesOnWhenAHandlerThrows) {
    LocalCluster local;
    boost::asio::io_context context;
    std::vector<std::string> log;
    auto options = joined_options(local);
    options.logger = [&](const LogEvent& event) { log.emplace_back(event.event); };
    Server one(context, joined_options(local));
    Server two(context, options);
    two.on_server_side("who",
                       [](const Args&, const ServerSideReply&) { throw std::runtime_error("no"); });
    two.on_server_side("who", answer_with("the next one"));
    one.start();
    two.start();
    Outcome outcome;
    ASSERT_TRUE(run_until(context, [&] { return local.servers() == 2; }));
    one.server_side_emit_with_ack("who", {}, 20s, outcome.handler());
    ASSERT_TRUE(run_until(context, [&] { return outcome.told > 0; }));
    EXPECT_EQ(outcome.answers.values, std::vector<Value>{"the next one"});
    EXPECT_THAT(log, testing::Contains("handler failed"));
}

TEST(ServerSide, DropsNodesOwnNamesOfOthers) {
    // An adapter, as it may be told anything by processes that are not ours.
    class Foreign final : public Adapter {
    public:
        void start(AdapterHost& given) override { host = &given; }
        void publish(const ClusterBroadcast&) override {}
        void stop() override {}
        AdapterHost* host = nullptr;
    };
    const auto adapter = std::make_shared<Foreign>();
    boost::asio::io_context context;
    Options options;
    options.address.clear();
    options.adapter = adapter;
    Server server(context, options);
    std::vector<Args> heard;
    server.on_server_side("fine", [&](const Args& args, const ServerSideReply& reply) {
        heard.push_back(args);
        reply.reply();
    });
    server.start();
    ASSERT_TRUE(run_until(context, [&] { return adapter->host != nullptr; }));
    for (const auto& data : std::vector<Args>{{}, {1}, {"connection", 1}, {"fine", 2}}) {
        adapter->host->deliver_server_side({"/", data}, {});
    }
    adapter->host->deliver_server_side({"/unknown", {"fine", 3}}, {});
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0], Args{2});
    EXPECT_THROW(server.server_side_emit("fine"), std::logic_error) << "it has no such thing";
}

TEST(ServerSide, IsRefusedWhereThereIsNoCluster) {
    Options options;
    options.address.clear();
    const Server alone(options);
    try {
        alone.server_side_emit("hello");
        FAIL() << "nobody could hear it";
    } catch (const std::logic_error& error) {
        EXPECT_STREQ(error.what(),
                     "this adapter does not support server_side_emit(): Options::adapter");
    }
    EXPECT_THROW(alone.server_side_emit_with_ack("hello", {}, 1s, {}), std::logic_error);
    EXPECT_THROW(alone.server_side_emit("connection"), std::invalid_argument);

    LocalCluster local;
    Server server(joined_options(local));
    auto& parent = server.of_matching(matching("^/x"));
    EXPECT_THROW(parent.server_side_emit("hello"), std::logic_error);
}

TEST(ServerSide, EndsTheOldestQuestionWhenThereAreTooMany) {
    LocalCluster local;
    boost::asio::io_context context;
    auto options = joined_options(local);
    options.pending_acks_max = 2;
    Server one(context, options);
    Server two(context, joined_options(local));
    one.start();
    two.start();
    ASSERT_TRUE(run_until(context, [&] { return local.servers() == 2; }));
    std::deque<Outcome> outcomes(3);
    for (auto& outcome : outcomes) {
        one.server_side_emit_with_ack("silent", {}, 60s, outcome.handler());
    }
    ASSERT_TRUE(run_until(context, [&] { return outcomes[0].told > 0; }));
    EXPECT_EQ(outcomes[0].answers.ec, errc::ack_timeout);
    EXPECT_EQ(outcomes[1].told + outcomes[2].told, 0);
}

TEST(ServerSide, AServerThatEndsBeforeItAnswersIsNamed) {
    Cluster cluster(2);
    std::optional<ServerSideReply> reply;
    cluster[1].on_server_side("who",
                              [&](const Args&, const ServerSideReply& given) { reply = given; });
    cluster.start();
    Outcome outcome;
    cluster[0].server_side_emit_with_ack("who", {}, 60s, outcome.handler());
    cluster.settle();
    ASSERT_TRUE(reply);
    cluster.destroy(1);
    ASSERT_TRUE(run_until(cluster.context, [&] { return outcome.told > 0; }));
    EXPECT_FALSE(outcome.answers.ec) << "a server that is gone is not waited for";
    EXPECT_EQ(outcome.answers.expected, 1U);
    EXPECT_THAT(outcome.answers.missing, ElementsAre("local-2"));
    // The one that asks next knows that it is gone.
    cluster[0].server_side_emit_with_ack("who", {}, 20s, outcome.handler());
    cluster.settle();
    EXPECT_EQ(outcome.told, 2);
    EXPECT_FALSE(outcome.answers.ec);
}

TEST(ServerSide, AnAnswerForAServerThatHasEndedIsDropped) {
    Cluster cluster(2);
    std::optional<ServerSideReply> reply;
    cluster[1].on_server_side("who",
                              [&](const Args&, const ServerSideReply& given) { reply = given; });
    cluster.start();
    Outcome outcome;
    cluster[0].server_side_emit_with_ack("who", {}, 20s, outcome.handler());
    cluster.settle();
    ASSERT_TRUE(reply);
    cluster.destroy(0);
    reply->reply("too late");
    cluster.settle();
    EXPECT_EQ(outcome.told, 0);
}

TEST(ServerSide, CrossesThreads) {
    LocalCluster local;
    boost::asio::io_context context;
    Server here(context, joined_options(local));
    auto options = joined_options(local);
    options.shards = 2;
    Server there(std::move(options));
    there.on_server_side("double", [&there](const Args& args, ServerSideReply reply) {
        EXPECT_EQ(there.current_shard(), 0U);
        // Later, and on shard 0, where it lives.
        there.post(0, [args, reply] { reply.reply(args.at(0).as_int64() * 2); });
    });
    here.on_server_side("double", answer_with(-1));
    here.start();
    const RunningServer running(there);
    ASSERT_TRUE(run_until(context, [&] { return local.servers() == 2; }, 20s));

    std::deque<Outcome> outcomes(50);
    std::int64_t number = 0;
    for (auto& outcome : outcomes) {
        here.server_side_emit_with_ack("double", {number++}, 20s, outcome.handler());
    }
    ASSERT_TRUE(run_until(context, [&] { return outcomes.back().told > 0; }));
    number = 0;
    for (const auto& outcome : outcomes) {
        EXPECT_EQ(outcome.answers.values, std::vector<Value>{number++ * 2});
    }
    // From a shard that is not the first, and back to it.
    std::promise<std::pair<unsigned, ServerSideAnswers>> answered;
    there.post(1, [&] {
        there.server_side_emit_with_ack("double", {}, 20s, [&](const ServerSideAnswers& answers) {
            answered.set_value({there.current_shard(), answers});
        });
    });
    auto future = answered.get_future();
    ASSERT_TRUE(
        run_until(context, [&] { return future.wait_for(0s) == std::future_status::ready; }, 20s));
    const auto [shard, answers] = future.get();
    EXPECT_EQ(shard, 1U);
    EXPECT_EQ(answers.values, std::vector<Value>{-1});
}

TEST(LocalClusterServers, ShareTheirBroadcasts) {
    Cluster cluster(2);
    std::vector<Args> heard;
    cluster[1].of("/chat").on_remote_broadcast([&](const ClusterBroadcast& broadcast) {
        EXPECT_EQ(broadcast.nsp, "/chat");
        EXPECT_EQ(broadcast.audience.rooms, std::vector<std::string>{"blue"});
        heard.push_back(broadcast.data);
        return true;
    });
    cluster[0].of("/chat").on_remote_broadcast([](const ClusterBroadcast&) {
        ADD_FAILURE() << "it is its own";
        return true;
    });
    cluster.start();
    cluster[0].of("/chat").to("blue").emit("said", "hello");
    cluster[0].of("/chat").local().emit("whispered");
    cluster.settle();
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0], (Args{"said", "hello"}));
}

TEST(LocalClusterServers, AreThoseThatRun) {
    Cluster cluster(2);
    EXPECT_EQ(cluster.local.servers(), 0U);
    cluster.start();
    cluster[0].stop();
    EXPECT_TRUE(run_until(cluster.context, [&] { return cluster.local.servers() == 1; }));
}

}  // namespace
}  // namespace socketio
