// redis::Deployment on one server: commands, messages, and what comes back by itself.
#include "support/deployment_client.hpp"
#include "support/redis_server.hpp"
#include <redis/script.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redis {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using test_support::Answer;
using test_support::DeploymentClient;
using test_support::impatient;
using test_support::local;
using test_support::RedisServer;
using test_support::run_until;
using testing::HasSubstr;

TEST(RedisDeploymentSingle, AsksAndHears) {
    RedisServer server({.password = "hunter2"});
    Options options = impatient(server.url());
    options.client_name = "node-1";
    DeploymentClient client(options);
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
    DeploymentClient client(server.url());
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
    DeploymentClient client(replica.url());
    const Answer answer = client.ask("k", {"SET", "k", "v"});
    EXPECT_EQ(answer.ec, errc::read_only_replica);
    EXPECT_EQ(answer.reply.error_code(), "READONLY");
}

TEST(RedisDeploymentSingle, ComesBackByItselfWhenAChangedPasswordIsRightAgain) {
    RedisServer server;
    server.cli({"ACL", "SETUSER", "app", "on", ">first", "~*", "&*", "+@all"});
    DeploymentClient client("redis://app:first@" + local(server.port()));
    ASSERT_FALSE(client.redis.subscribe("news"));
    ASSERT_TRUE(client.wait_ready());
    server.cli({"ACL", "SETUSER", "app", "resetpass", ">second"});
    server.cli({"CLIENT", "KILL", "USER", "app"});
    ASSERT_TRUE(
        run_until(client.io, [&] { return client.states.back().state == State::auth_failed; }));
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
    DeploymentClient client(options);
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
    DeploymentClient client(server.url());
    std::optional<error_code> ended;
    client.redis.blocking_command("list", {"BLPOP", "list", "0"},
                                  [&](error_code ec, const Reply&) { ended = ec; });
    ASSERT_TRUE(client.wait_ready());
    client.redis.stop();
    ASSERT_TRUE(run_until(client.io, [&] { return ended.has_value(); }));
    EXPECT_EQ(*ended, errc::stopped);
    EXPECT_EQ(client.ask("", {"PING"}).ec, errc::stopped);
}

TEST(RedisScript, RunsByItsDigestAndLoadsItselfAfterARestart) {
    RedisServer server;
    DeploymentClient client(server.url());
    const Script script("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}");
    EXPECT_EQ(script.sha1(), server.cli({"SCRIPT", "LOAD",
                                         "return {KEYS[1], ARGV[1], "
                                         "redis.call('INCR', KEYS[1])}"}));
    const auto run = [&] {
        std::optional<Answer> answer;
        const std::string_view key = "counter";
        const std::string_view argument = "x";
        script.run(client.redis, {&key, 1}, {&argument, 1},
                   [&](error_code ec, Reply reply) { answer = Answer{ec, std::move(reply)}; });
        EXPECT_TRUE(run_until(client.io, [&] { return answer.has_value(); }));
        return to_string(answer.value_or(Answer{}).reply);
    };
    EXPECT_EQ(run(), R"(["counter", "x", 1])");
    server.cli({"SCRIPT", "FLUSH"});
    EXPECT_EQ(run(), R"(["counter", "x", 2])");
    EXPECT_EQ(run(), R"(["counter", "x", 3])");
    EXPECT_THAT(server.cli({"INFO", "commandstats"}), HasSubstr("cmdstat_eval:calls=1"));
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

}  // namespace
}  // namespace redis
