// redis::Deployment against real servers: alone, behind Sentinels, as a Cluster; what is lost comes back by
// itself.
#include "support/event_loop.hpp"
#include "support/redis_deployments.hpp"
#include <redis/deployment.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
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
using test_support::RedisCluster;
using test_support::RedisServer;
using test_support::run_until;
using test_support::SentinelTrio;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// A failover takes some seconds, many more on a busy machine.
constexpr auto failover_limit = 60s;

struct Answer {
    error_code ec;
    Reply reply;
};

Options impatient(const std::string& url) {
    Options options = parse_url(url).value();
    options.reconnect_delay_min = 10ms;
    options.reconnect_delay_max = 200ms;
    return options;
}

/// A Deployment whose messages and states are collected.
class Client {
public:
    explicit Client(const std::string& url) : Client(impatient(url)) {}
    explicit Client(Options options) : redis(io, std::move(options)) {
        redis.on_state([this](const StateChange& change) { states.push_back(change); });
        redis.on_message([this](const Message& message) {
            messages.push_back(std::string(message.channel) + "|" + std::string(message.payload));
        });
        redis.on_ready([this] { ++ready; });
        redis.on_refused([this](std::string_view, const std::string& text) { refusals.push_back(text); });
        redis.start();
    }

    Answer ask(std::string_view key, std::initializer_list<std::string_view> command) {
        std::optional<Answer> answer;
        redis.command(key, command, [&](error_code ec, Reply reply) {
            answer = Answer{ec, std::move(reply)};
        });
        EXPECT_FALSE(answer.has_value()) << "a callback came from inside the call";
        EXPECT_TRUE(run_until(io, [&] { return answer.has_value(); }, failover_limit));
        return answer.value_or(Answer{});
    }

    /// Publishes again and again until a message is heard that was published after this call.
    bool hears(std::string_view channel, bool sharded = false) {
        const std::string text = "message " + std::to_string(++published);
        const std::string expected = std::string(channel) + "|" + text;
        bool answered = true;
        return run_until(
            io,
            [&] {
                if (answered) {
                    answered = false;
                    redis.command(sharded ? channel : std::string_view(),
                                  {sharded ? "SPUBLISH" : "PUBLISH", channel, text},
                                  [&answered](error_code, const Reply&) { answered = true; });
                }
                return std::find(messages.begin(), messages.end(), expected) != messages.end();
            },
            failover_limit);
    }

    bool wait_ready() {
        return run_until(io, [&] { return redis.ready(); }, failover_limit);
    }
    bool wait_not_ready() {
        return run_until(io, [&] { return !redis.ready(); }, failover_limit);
    }

    std::vector<std::string> texts() const {
        std::vector<std::string> out;
        for (const StateChange& change : states) out.push_back(change.text);
        return out;
    }

    boost::asio::io_context io{1};
    std::vector<StateChange> states;
    std::vector<std::string> messages;
    std::vector<std::string> refusals;
    int ready = 0;
    int published = 0;
    Deployment redis;
};

std::string local(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

// ---- One server -----------------------------------------------------------------------------------

TEST(RedisDeploymentSingle, AsksAndHears) {
    RedisServer server({.password = "hunter2"});
    Options options = impatient(server.url());
    options.client_name = "node-1";
    Client client(options);
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_FALSE(client.redis.ssubscribe("shard"));
    ASSERT_TRUE(client.wait_ready());
    EXPECT_EQ(client.ask("k", {"SET", "k", "v"}).reply.text(), "OK");
    EXPECT_TRUE(client.hears("news"));
    EXPECT_TRUE(client.hears("shard", true));
    EXPECT_GE(client.ready, 1);
    EXPECT_EQ(client.states.size(), 1u) << "two connections, one server, one report";
    EXPECT_THAT(server.cli({"CLIENT", "LIST"}), HasSubstr("name=node-1"));

    std::optional<std::size_t> answers;
    client.redis.command_each({"PUBSUB", "NUMSUB", "news"},
                              [&](error_code ec, const std::vector<Reply>& replies) {
                                  EXPECT_FALSE(ec);
                                  answers = replies.size();
                              });
    ASSERT_TRUE(run_until(client.io, [&] { return answers.has_value(); }));
    EXPECT_EQ(*answers, 1u);
}

TEST(RedisDeploymentSingle, DoesNotWaitBehindACommandThatWaitsAtTheServer) {
    RedisServer server;
    Client client(server.url());
    std::optional<Answer> waited;
    client.redis.blocking_command("list", {"BLPOP", "list", "0"}, [&](error_code ec, Reply reply) {
        waited = Answer{ec, std::move(reply)};
    });
    EXPECT_EQ(client.ask("", {"PING"}).reply.text(), "PONG");
    EXPECT_FALSE(waited.has_value());
    EXPECT_FALSE(client.ask("list", {"RPUSH", "list", "x"}).ec);
    ASSERT_TRUE(run_until(client.io, [&] { return waited.has_value(); }));
    EXPECT_EQ(waited->reply.items()[1].text(), "x");
}

TEST(RedisDeploymentSingle, SaysThatAReplicaIsReadOnly) {
    RedisServer master;
    RedisServer replica({.config = {"replicaof 127.0.0.1 " + std::to_string(master.port())}});
    Client client(replica.url());
    const Answer answer = client.ask("k", {"SET", "k", "v"});
    EXPECT_EQ(answer.ec, errc::read_only_replica);
    EXPECT_EQ(answer.reply.error_code(), "READONLY");
}

TEST(RedisDeploymentSingle, ComesBackByItselfWhenAChangedPasswordIsRightAgain) {
    RedisServer server;
    server.cli({"ACL", "SETUSER", "app", "on", ">first", "~*", "&*", "+@all"});
    Client client("redis://app:first@" + local(server.port()));
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_TRUE(client.wait_ready());
    server.cli({"ACL", "SETUSER", "app", "resetpass", ">second"});
    server.cli({"CLIENT", "KILL", "USER", "app"});
    ASSERT_TRUE(run_until(client.io, [&] {
        return client.states.back().state == State::auth_failed;
    }));
    EXPECT_FALSE(client.redis.ready());
    EXPECT_EQ(client.states.back().error, errc::wrong_password);
    EXPECT_THAT(client.states.back().text, HasSubstr("user \"app\""));
    server.cli({"ACL", "SETUSER", "app", "resetpass", ">first"});
    ASSERT_TRUE(client.wait_ready());
    EXPECT_TRUE(client.hears("news"));
}

TEST(RedisDeploymentSingle, NoticesAFrozenServerAndThatItGoesOn) {
    RedisServer server;
    Options options = impatient(server.url());
    options.keep_alive_interval = 200ms;
    options.keep_alive_timeout = 300ms;
    options.connect_timeout = 500ms;
    Client client(options);
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_TRUE(client.wait_ready());
    server.freeze();
    ASSERT_TRUE(client.wait_not_ready());
    std::optional<Answer> answer;
    client.redis.command("k", {"SET", "k", "v"}, [&](error_code ec, Reply reply) {
        answer = Answer{ec, std::move(reply)};
    });
    EXPECT_TRUE(run_until(client.io, [&] { return !client.redis.connected(); }));
    server.thaw();
    ASSERT_TRUE(client.wait_ready());
    ASSERT_TRUE(run_until(client.io, [&] { return answer.has_value(); }));
    EXPECT_TRUE(!answer->ec || answer->ec == errc::connection_lost) << answer->ec.message();
    EXPECT_TRUE(client.hears("news"));
}

TEST(RedisDeploymentSingle, EndsWithItsCommands) {
    RedisServer server;
    Client client(server.url());
    std::optional<error_code> ended;
    client.redis.blocking_command("list", {"BLPOP", "list", "0"},
                                  [&](error_code ec, const Reply&) { ended = ec; });
    ASSERT_TRUE(client.wait_ready());
    client.redis.stop();
    ASSERT_TRUE(run_until(client.io, [&] { return ended.has_value(); }));
    EXPECT_EQ(*ended, errc::stopped);
    EXPECT_EQ(client.ask("", {"PING"}).ec, errc::stopped);
}

TEST(RedisDeploymentSingle, MayBeDestroyedInsideItsOwnCallbacks) {
    RedisServer server;
    boost::asio::io_context io{1};
    auto redis = std::make_unique<Deployment>(io, parse_url(server.url()).value());
    redis->on_ready([&] { redis.reset(); });
    redis->start();
    io.run();
    EXPECT_EQ(redis, nullptr);
}

// ---- Sentinels ------------------------------------------------------------------------------------

TEST(RedisDeploymentSentinel, FollowsAFailover) {
    SentinelTrio trio;
    Client client(trio.url());
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_TRUE(client.wait_ready());
    EXPECT_EQ(client.ask("k", {"SET", "k", "v"}).reply.text(), "OK");
    trio.server(0).kill();
    ASSERT_TRUE(client.wait_not_ready());
    // Waits here until there is a master again.
    EXPECT_FALSE(client.ask("k", {"SET", "k", "w"}).ec);
    ASSERT_TRUE(client.wait_ready());
    EXPECT_TRUE(client.hears("news"));
    EXPECT_THAT(client.texts(), Contains(HasSubstr(local(trio.server(1).port()) + " is connected")));
    // The old master comes back, at first as a master: nobody goes there.
    trio.server(0).start();
    EXPECT_EQ(client.ask("k", {"GET", "k"}).reply.text(), "w");
    EXPECT_TRUE(client.hears("news"));
}

TEST(RedisDeploymentSentinel, AsksForTheMasterAgainWhenItsServerBecomesAReplica) {
    SentinelTrio trio;
    Client client(trio.url());
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_TRUE(client.wait_ready());
    ASSERT_EQ(trio.sentinel(1).cli({"SENTINEL", "FAILOVER", "mymaster"}), "OK");
    const std::string new_master = local(trio.server(1).port());
    ASSERT_TRUE(run_until(
        client.io,
        [&] {
            return std::any_of(client.states.begin(), client.states.end(), [&](const StateChange& change) {
                return change.state == State::connected && change.text.find(new_master) != std::string::npos;
            });
        },
        failover_limit));
    ASSERT_TRUE(client.wait_ready());
    EXPECT_FALSE(client.ask("k", {"SET", "k", "v"}).ec);
    EXPECT_TRUE(client.hears("news"));
}

TEST(RedisDeploymentSentinel, LearnsOfOtherSentinelsThanItsSeeds) {
    SentinelTrio trio;
    Client client("redis-sentinel://" + local(trio.sentinel(0).port()) + "/mymaster");
    ASSERT_TRUE(client.wait_ready());
    trio.sentinel(0).kill();
    trio.server(0).kill();
    EXPECT_FALSE(client.ask("k", {"SET", "k", "v"}).ec);
}

TEST(RedisDeploymentSentinel, SaysThatNoSentinelAnswersAndThatAMasterIsUnknown) {
    Client nobody("redis-sentinel://" + local(test_support::free_port()) + "/mymaster");
    ASSERT_TRUE(run_until(nobody.io, [&] { return !nobody.states.empty(); }));
    EXPECT_EQ(nobody.states[0].error, errc::no_sentinel);
    EXPECT_THAT(nobody.states[0].text, HasSubstr("None of the Sentinels at 127.0.0.1:"));

    RedisServer sentinel({.mode = test_support::RedisMode::sentinel});
    Client stranger("redis-sentinel://" + local(sentinel.port()) + "/shop");
    ASSERT_TRUE(run_until(stranger.io, [&] { return !stranger.states.empty(); }));
    EXPECT_EQ(stranger.states[0].error, errc::unknown_master);
    EXPECT_THAT(stranger.states[0].text, HasSubstr("know no master \"shop\""));
}

// ---- Cluster --------------------------------------------------------------------------------------

TEST(RedisDeploymentCluster, SendsEachCommandToTheMasterOfItsKey) {
    RedisCluster cluster;
    Client client(cluster.url());
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
    Client client(cluster.url());
    ASSERT_FALSE(client.redis.psubscribe("news*"));
    for (int i = 0; i < 10; ++i) ASSERT_FALSE(client.redis.ssubscribe("shard" + std::to_string(i)));
    ASSERT_TRUE(client.wait_ready());
    EXPECT_TRUE(client.hears("news1"));
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(client.hears("shard" + std::to_string(i), true));
    client.redis.sunsubscribe("shard0");
    ASSERT_TRUE(client.wait_ready());
    EXPECT_EQ(client.ask("shard0", {"SPUBLISH", "shard0", "x"}).reply.integer(), 0);
}

TEST(RedisDeploymentCluster, FollowsAMovedSlotWithItsShardedSubscription) {
    RedisCluster cluster;
    Client client(cluster.url());
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
    EXPECT_THAT(client.refusals, ElementsAre());
}

TEST(RedisDeploymentCluster, FollowsASlotWhileItMoves) {
    RedisCluster cluster;
    Client client(cluster.url());
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
    Client client(cluster.url());
    std::string key = "key0";
    for (int i = 1; cluster.owner_of(key) != 0; ++i) key = "key" + std::to_string(i);
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_FALSE(client.redis.ssubscribe(key));
    ASSERT_TRUE(client.wait_ready());
    cluster.node(0).kill();
    EXPECT_FALSE(client.ask(key, {"SET", key, "v"}).ec);
    ASSERT_TRUE(client.wait_ready());
    EXPECT_TRUE(client.hears("news"));
    EXPECT_TRUE(client.hears(key, true));
    EXPECT_EQ(cluster.node(3).cli({"GET", key}), "v");
}

TEST(RedisDeploymentCluster, LivesOnWhenAMasterIsStartedAgain) {
    RedisCluster cluster;
    Client client(cluster.url());
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

TEST(RedisDeploymentCluster, WaitsAtTheServerThatHasTheKey) {
    RedisCluster cluster;
    Client client(cluster.url());
    for (const std::string key : {"list0", "list1", "list2", "list3"}) {
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
    Client client("redis-cluster://" + local(server.port()));
    ASSERT_TRUE(run_until(client.io, [&] { return !client.states.empty(); }));
    EXPECT_EQ(client.states[0].error, errc::cluster_down);
    EXPECT_THAT(client.states[0].text, HasSubstr("cluster support disabled"));
}

TEST(RedisDeploymentCluster, EndsItsCommandsWhenNobodyTakesThem) {
    Options options = impatient("redis-cluster://" + local(test_support::free_port()));
    options.pending_age_max = 300ms;
    options.pending_commands_max = 2;
    Client client(options);
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
