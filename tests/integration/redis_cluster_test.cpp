// redis::Deployment of a Cluster: slots that move, masters that die, and whom each command goes to.
#include "support/deployment_client.hpp"
#include "support/redis_deployments.hpp"
#include <redis/script.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace redis {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using test_support::Answer;
using test_support::DeploymentClient;
using test_support::failover_limit;
using test_support::impatient;
using test_support::local;
using test_support::RedisCluster;
using test_support::RedisServer;
using test_support::run_until;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(RedisDeploymentCluster, SendsEachCommandToTheMasterOfItsKey) {
    RedisCluster cluster;
    DeploymentClient client(cluster.url());
    ASSERT_TRUE(client.wait_ready());
    std::set<std::size_t> owners;
    for (int i = 0; i < 30; ++i) {
        const std::string key = "key" + std::to_string(i);
        EXPECT_FALSE(client.ask(key, {"SET", key, "v"}).ec) << key;
        owners.insert(cluster.owner_of(key));
    }
    EXPECT_EQ(owners.size(), 3u);
    std::optional<std::size_t> answers;
    client.redis.command_each({"DBSIZE"}, [&](error_code ec, const std::vector<Reply>& replies) {
        EXPECT_FALSE(ec);
        std::int64_t keys = 0;
        for (const Reply& reply : replies) keys += reply.integer();
        EXPECT_EQ(keys, 30);
        answers = replies.size();
    });
    ASSERT_TRUE(run_until(client.io, [&] { return answers.has_value(); }));
    EXPECT_EQ(*answers, 3u);
}

TEST(RedisDeploymentCluster, HearsChannelsAndShardedChannelsOfAllNodes) {
    RedisCluster cluster;
    DeploymentClient client(cluster.url());
    ASSERT_FALSE(client.redis.psubscribe("news*"));
    for (int i = 0; i < 10; ++i) ASSERT_FALSE(client.redis.ssubscribe("shard" + std::to_string(i)));
    ASSERT_TRUE(client.wait_ready());
    EXPECT_TRUE(client.hears("news1"));
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(client.hears("shard" + std::to_string(i), true));
    client.redis.sunsubscribe("shard0");
    ASSERT_TRUE(client.wait_ready());
    EXPECT_TRUE(run_until(client.io, [&] {
        RedisServer& owner = cluster.node(cluster.owner_of("shard0"));
        return owner.cli({"PUBSUB", "SHARDNUMSUB", "shard0"}) == "shard0\n0";
    }));
}

TEST(RedisDeploymentCluster, FollowsAMovedSlotWithItsShardedSubscription) {
    RedisCluster cluster;
    DeploymentClient client(cluster.url());
    const std::string channel = "rooms";
    const std::size_t from = cluster.owner_of(channel);
    const std::size_t to = (from + 1) % 3;
    ASSERT_FALSE(client.redis.ssubscribe(channel));
    ASSERT_TRUE(client.wait_ready());
    EXPECT_TRUE(client.hears(channel, true));
    cluster.move_slot(cluster.slot_of(channel), from, to);
    EXPECT_TRUE(client.hears(channel, true));
    EXPECT_THAT(cluster.node(to).cli({"PUBSUB", "SHARDCHANNELS"}), HasSubstr(channel));
    EXPECT_FALSE(client.ask(channel, {"SET", channel, "v"}).ec);
    EXPECT_EQ(cluster.node(to).cli({"GET", channel}), "v");
    EXPECT_THAT(client.refusals, IsEmpty());
}

TEST(RedisDeploymentCluster, FollowsASlotWhileItMoves) {
    RedisCluster cluster;
    DeploymentClient client(cluster.url());
    const std::string key = "moving";
    const std::size_t from = cluster.owner_of(key);
    const std::size_t to = (from + 1) % 3;
    ASSERT_TRUE(client.wait_ready());
    cluster.start_moving_slot(cluster.slot_of(key), from, to);
    EXPECT_FALSE(client.ask(key, {"SET", key, "v"}).ec) << "ASK";
    EXPECT_EQ(client.ask(key, {"GET", key}).reply.text(), "v");
}

TEST(RedisDeploymentCluster, LivesOnWhenAReplicaTakesOver) {
    RedisCluster cluster(RedisCluster::Replica::of_first);
    DeploymentClient client(cluster.url());
    std::string key = "key0";
    for (int i = 1; cluster.owner_of(key) != 0; ++i) key = "key" + std::to_string(i);
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_FALSE(client.redis.ssubscribe(key));
    ASSERT_TRUE(client.wait_ready());
    cluster.node(0).kill();
    ASSERT_TRUE(client.wait_not_ready());
    // Waits here until the replica is the master.
    const auto answer = client.ask(key, {"SET", key, "v"});
    EXPECT_FALSE(answer.ec) << answer.ec.message() << ": " << answer.reply.text();
    ASSERT_TRUE(client.wait_ready());
    EXPECT_TRUE(client.hears("news"));
    EXPECT_TRUE(client.hears(key, true));
    EXPECT_EQ(cluster.node(3).cli({"GET", key}), "v");
}

TEST(RedisDeploymentCluster, LivesOnWhenAMasterIsStartedAgain) {
    RedisCluster cluster;
    DeploymentClient client(cluster.url());
    std::string key = "key0";
    for (int i = 1; cluster.owner_of(key) != 1; ++i) key = "key" + std::to_string(i);
    ASSERT_FALSE(client.redis.ssubscribe(key));
    ASSERT_TRUE(client.wait_ready());
    cluster.node(1).kill();
    ASSERT_TRUE(client.wait_not_ready());
    std::optional<Answer> answer;
    client.redis.command(key, {"SET", key, "v"}, [&](error_code ec, Reply reply) {
        answer = Answer{ec, std::move(reply)};
    });
    cluster.node(1).start();
    ASSERT_TRUE(run_until(client.io, [&] { return answer.has_value(); }, failover_limit));
    EXPECT_FALSE(answer->ec) << answer->ec.message();
    ASSERT_TRUE(client.wait_ready());
    EXPECT_TRUE(client.hears(key, true));
}

TEST(RedisDeploymentCluster, RunsAScriptWhereItsKeysAre) {
    RedisCluster cluster;
    DeploymentClient client(cluster.url());
    const Script script("return redis.call('INCR', KEYS[1])");
    for (int i = 0; i < 8; ++i) {
        const std::string key = "counter" + std::to_string(i);
        const std::string_view keys[] = {key};
        std::optional<Answer> answer;
        script.run(client.redis, keys, {},
                   [&](error_code ec, Reply reply) { answer = Answer{ec, std::move(reply)}; });
        ASSERT_TRUE(run_until(client.io, [&] { return answer.has_value(); }, failover_limit));
        EXPECT_FALSE(answer->ec) << answer->reply.text();
        EXPECT_EQ(answer->reply.integer(), 1);
    }
}

TEST(RedisDeploymentCluster, WaitsAtTheServerThatHasTheKey) {
    RedisCluster cluster;
    DeploymentClient client(cluster.url());
    for (const char* const key : {"list0", "list1", "list2", "list3"}) {
        std::optional<Answer> waited;
        client.redis.blocking_command(key, {"BLPOP", key, "0"}, [&](error_code ec, Reply reply) {
            waited = Answer{ec, std::move(reply)};
        });
        EXPECT_FALSE(client.ask(key, {"RPUSH", key, "x"}).ec);
        ASSERT_TRUE(run_until(client.io, [&] { return waited.has_value(); }));
        EXPECT_FALSE(waited->ec) << waited->ec.message();
    }
}

TEST(RedisDeploymentCluster, SaysThatAServerIsNoCluster) {
    RedisServer server;
    DeploymentClient client("redis-cluster://" + local(server.port()));
    ASSERT_TRUE(run_until(client.io, [&] { return !client.states.empty(); }));
    EXPECT_EQ(client.states[0].error, errc::cluster_down);
    EXPECT_THAT(client.states[0].text, HasSubstr("cluster support disabled"));
}

TEST(RedisDeploymentCluster, EndsItsCommandsWhenNobodyTakesThem) {
    Options options = impatient("redis-cluster://" + local(test_support::free_port()));
    options.pending_age_max = 300ms;
    options.pending_commands_max = 2;
    DeploymentClient client(options);
    std::vector<error_code> ended;
    for (int i = 0; i < 3; ++i) {
        client.redis.command("k", {"SET", "k", "v"},
                             [&](error_code ec, const Reply&) { ended.push_back(ec); });
    }
    ASSERT_TRUE(run_until(client.io, [&] { return ended.size() == 3; }));
    EXPECT_EQ(ended[0], errc::queue_full);
    EXPECT_EQ(ended[1], errc::expired);
    EXPECT_EQ(client.redis.pending(), 0u);
    client.redis.stop();
    EXPECT_EQ(client.ask("k", {"GET", "k"}).ec, errc::stopped);
}

TEST(RedisDeploymentCluster, MayBeDestroyedInsideItsOwnCallbacks) {
    RedisCluster cluster;
    boost::asio::io_context io{1};
    auto redis = std::make_unique<Deployment>(io, impatient(cluster.url()));
    redis->on_ready([&] { redis.reset(); });
    redis->start();
    ASSERT_TRUE(run_until(io, [&] { return redis == nullptr; }, failover_limit));
}

}  // namespace
}  // namespace redis
