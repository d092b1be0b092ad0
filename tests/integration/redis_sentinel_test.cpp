// redis::Deployment behind Sentinels: failovers, and what operators read when there is no master.
#include "support/deployment_client.hpp"
#include "support/redis_deployments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace redis {
namespace {

using test_support::DeploymentClient;
using test_support::failover_limit;
using test_support::local;
using test_support::RedisServer;
using test_support::run_until;
using test_support::SentinelTrio;
using testing::Contains;
using testing::HasSubstr;

TEST(RedisDeploymentSentinel, FollowsAFailover) {
    SentinelTrio trio;
    DeploymentClient client(trio.url());
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_TRUE(client.wait_ready());
    EXPECT_EQ(client.ask("k", {"SET", "k", "v"}).reply.text(), "OK");
    trio.server(0).kill();
    ASSERT_TRUE(client.wait_not_ready());
    // Waits here until there is a master again.
    EXPECT_FALSE(client.ask("k", {"SET", "k", "w"}).ec);
    ASSERT_TRUE(client.wait_ready());
    EXPECT_TRUE(client.hears("news"));
    EXPECT_THAT(client.texts(),
                Contains(HasSubstr(local(trio.server(1).port()) + " is connected")));
    // The old master comes back, at first as a master: nobody goes there.
    trio.server(0).start();
    EXPECT_EQ(client.ask("k", {"GET", "k"}).reply.text(), "w");
    EXPECT_TRUE(client.hears("news"));
}

TEST(RedisDeploymentSentinel, LeavesAFrozenMasterAndDoesNotGoBackToIt) {
    SentinelTrio trio;
    DeploymentClient client(trio.url());
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_TRUE(client.wait_ready());
    trio.server(0).freeze();
    const std::string new_master = local(trio.server(1).port()) + " is connected";
    ASSERT_TRUE(run_until(
        client.io, [&] { return testing::Value(client.texts(), Contains(HasSubstr(new_master))); },
        failover_limit));
    ASSERT_TRUE(client.wait_ready());
    EXPECT_FALSE(client.ask("k", {"SET", "k", "v"}).ec);
    trio.server(0).thaw();
    EXPECT_TRUE(client.hears("news"));
    EXPECT_EQ(client.ask("k", {"GET", "k"}).reply.text(), "v");
}

TEST(RedisDeploymentSentinel, AsksForTheMasterAgainWhenItsServerBecomesAReplica) {
    SentinelTrio trio;
    DeploymentClient client(trio.url());
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_TRUE(client.wait_ready());
    ASSERT_EQ(trio.sentinel(1).cli({"SENTINEL", "FAILOVER", "mymaster"}), "OK");
    const std::string new_master = local(trio.server(1).port());
    ASSERT_TRUE(run_until(
        client.io,
        [&] {
            return std::any_of(client.states.begin(), client.states.end(),
                               [&](const StateChange& change) {
                                   return change.state == State::connected &&
                                          change.text.find(new_master) != std::string::npos;
                               });
        },
        failover_limit));
    ASSERT_TRUE(client.wait_ready());
    EXPECT_FALSE(client.ask("k", {"SET", "k", "v"}).ec);
    EXPECT_TRUE(client.hears("news"));
}

TEST(RedisDeploymentSentinel, LearnsOfOtherSentinelsThanItsSeeds) {
    SentinelTrio trio;
    DeploymentClient client("redis-sentinel://" + local(trio.sentinel(0).port()) + "/mymaster");
    ASSERT_TRUE(client.wait_ready());
    trio.sentinel(0).kill();
    trio.server(0).kill();
    ASSERT_TRUE(client.wait_not_ready());
    EXPECT_FALSE(client.ask("k", {"SET", "k", "v"}).ec);
}

TEST(RedisDeploymentSentinel, LeavesASentinelThatNamesAMasterThatIsNone) {
    SentinelTrio trio;
    RedisServer behind({.mode = test_support::RedisMode::sentinel,
                        .config = {"sentinel monitor mymaster 127.0.0.1 " +
                                   std::to_string(test_support::free_port()) + " 2"}});
    const std::string scheme = "redis-sentinel://";
    DeploymentClient client(scheme + local(behind.port()) + "," + trio.url().substr(scheme.size()));
    ASSERT_TRUE(client.wait_ready());
    EXPECT_FALSE(client.ask("k", {"SET", "k", "v"}).ec);
    EXPECT_EQ(trio.server(0).cli({"GET", "k"}), "v");
}

TEST(RedisDeploymentSentinel, SaysThatNoSentinelAnswersAndThatAMasterIsUnknown) {
    DeploymentClient nobody("redis-sentinel://" + local(test_support::free_port()) + "/mymaster");
    ASSERT_TRUE(run_until(nobody.io, [&] { return !nobody.states.empty(); }));
    EXPECT_EQ(nobody.states[0].error, errc::no_sentinel);
    EXPECT_THAT(nobody.states[0].text, HasSubstr("None of the Sentinels at 127.0.0.1:"));

    RedisServer sentinel({.mode = test_support::RedisMode::sentinel});
    DeploymentClient stranger("redis-sentinel://" + local(sentinel.port()) + "/shop");
    ASSERT_TRUE(run_until(stranger.io, [&] { return !stranger.states.empty(); }));
    EXPECT_EQ(stranger.states[0].error, errc::unknown_master);
    EXPECT_THAT(stranger.states[0].text, HasSubstr("know no master \"shop\""));
}

}  // namespace
}  // namespace redis
