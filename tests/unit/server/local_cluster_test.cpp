// What LocalCluster does beside events between servers, which server_side_test.cpp has: sessions, status, ends.
#include "socketio/local_cluster.hpp"

#include "socketio/adapter.hpp"
#include "socketio/error.hpp"
#include "socketio/server.hpp"
#include "support/event_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test_support::run_until;
using testing::ElementsAre;

/// Two servers on the test's thread, and their adapters.
class TwoServers {
public:
    explicit TwoServers(LocalCluster& cluster)
        : first(cluster.join()), second(cluster.join()), one(context, with(first)) {
        two.emplace(context, with(second));
        two->on_remote_broadcast([](const ClusterBroadcast&) { return false; });
        two->of("/").on_remote_broadcast([this](const ClusterBroadcast& broadcast) {
            heard.push_back(broadcast);
            return true;
        });
        one.start();
        two->start();
        EXPECT_TRUE(run_until(context, [&] { return cluster.servers() == 2; }));
    }
    void settle() {
        context.restart();
        while (context.poll() > 0) {
        }
    }

    boost::asio::io_context context;
    std::shared_ptr<Adapter> first;
    std::shared_ptr<Adapter> second;
    Server one;
    std::optional<Server> two;
    std::vector<ClusterBroadcast> heard;

private:
    static Options with(std::shared_ptr<Adapter> adapter) {
        Options options;
        options.address.clear();
        options.adapter = std::move(adapter);
        return options;
    }
};

TEST(LocalClusterSessions, GoFromOneServerToAnother) {
    LocalCluster local{RecoveryOptions{}};
    TwoServers servers(local);
    EXPECT_TRUE(servers.first->keeps_sessions());
    servers.one.of("/").emit("seen");
    servers.settle();
    ASSERT_EQ(servers.heard.size(), 1U);
    const auto offset = servers.heard[0].offset;
    EXPECT_FALSE(offset.empty());
    EXPECT_FALSE(servers.heard[0].is_own);
    servers.first->keep_session({"sid", "pid", "/", {"red"}, nullptr}, 10s);
    servers.one.of("/").to("red").emit("missed");
    servers.settle();

    std::vector<std::unique_ptr<RestoredSession>> restored;
    const auto take = [&](std::unique_ptr<RestoredSession> found) {
        restored.push_back(std::move(found));
    };
    servers.second->restore_session("/", "pid", offset, take);
    EXPECT_TRUE(restored.empty()) << "later";
    servers.settle();
    ASSERT_EQ(restored.size(), 1U);
    ASSERT_TRUE(restored[0]);
    EXPECT_EQ(restored[0]->session.sid, "sid");
    ASSERT_EQ(restored[0]->missed.size(), 1U);
    EXPECT_EQ(restored[0]->missed[0].data, Args{"missed"});
    EXPECT_EQ(restored[0]->missed[0].offset, servers.heard[1].offset);
    servers.first->restore_session("/", "pid", offset, take);
    servers.settle();
    ASSERT_EQ(restored.size(), 2U);
    EXPECT_FALSE(restored[1]);
}

TEST(LocalClusterSessions, AreNotKeptUnlessItIsAsked) {
    LocalCluster local;
    TwoServers servers(local);
    EXPECT_FALSE(servers.first->keeps_sessions());
    EXPECT_FALSE(servers.first->delivers_own());
    servers.one.of("/").emit("x");
    servers.settle();
    ASSERT_EQ(servers.heard.size(), 1U);
    EXPECT_EQ(servers.heard[0].offset, "");
}

TEST(LocalClusterStatus, CountsWhatGoesToAndFro) {
    LocalCluster local{RecoveryOptions{}};
    TwoServers servers(local);
    for (int i = 0; i < 3; ++i) servers.one.of("/").emit("x");
    servers.settle();
    auto status = servers.first->status();
    EXPECT_EQ(status.adapter, "local");
    EXPECT_EQ(status.name, "local-1");
    EXPECT_TRUE(status.is_reached);
    EXPECT_EQ(status.servers, 1U);
    EXPECT_EQ(status.published, 3U);
    EXPECT_EQ(status.own, 3U);
    EXPECT_EQ(servers.second->status().received, 3U);
    servers.two.reset();
    servers.one.of("/").emit("x");
    servers.settle();
    status = servers.first->status();
    EXPECT_EQ(status.servers, 0U);
    EXPECT_EQ(status.published, 3U);
    EXPECT_EQ(status.spared, 1U);
}

TEST(LocalClusterStatus, WhoIsToldThatItHasJoinedMayEmit) {
    LocalCluster local;
    boost::asio::io_context context;
    const auto joined = [&] {
        Options options;
        options.address.clear();
        options.adapter = local.join();
        return options;
    };
    Server one(context, joined());
    Server two(context, joined());
    int heard = 0;
    one.of("/").on_remote_broadcast([&](const ClusterBroadcast&) {
        ++heard;
        return true;
    });
    two.on_cluster_state([&](bool, const std::string&) { two.of("/").emit("here"); });
    one.start();
    two.start();
    EXPECT_TRUE(run_until(context, [&] { return heard == 1; }));
}

TEST(LocalClusterQuestions, EndWithTheServerThatWasAsked) {
    LocalCluster local;
    TwoServers servers(local);
    std::optional<FetchedSockets> fetched;
    std::optional<BroadcastAnswers> answers;
    // On the loop: it is asked at once, and has no time to answer.
    boost::asio::post(servers.context, [&] {
        const auto& root = servers.one.of("/");
        root.fetch_sockets([&](const FetchedSockets& all) { fetched = all; });
        root.everyone().emit_with_ack("x", {}, 60s,
                                      [&](const BroadcastAnswers& all) { answers = all; });
        servers.two.reset();
    });
    servers.settle();
    ASSERT_TRUE(fetched);
    EXPECT_FALSE(fetched->ec);
    EXPECT_THAT(fetched->missing, ElementsAre("local-2"));
    ASSERT_TRUE(answers);
    EXPECT_FALSE(answers->ec);
    EXPECT_THAT(answers->missing, ElementsAre("local-2"));
}

}  // namespace
}  // namespace socketio
