// redis::Subscriber against a real redis-server: confirmation, delivery, loss and return, refusals.
#include "support/event_loop.hpp"
#include "support/redis_server.hpp"
#include <redis/subscriber.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redis {
namespace {

using namespace std::chrono_literals;
using test_support::RedisServer;
using test_support::run_until;
using testing::ElementsAre;
using testing::HasSubstr;

class Listener {
public:
    explicit Listener(Options options) : subscriber(io, std::move(options)) {
        subscriber.on_state([this](const StateChange& change) { states.push_back(change); });
        subscriber.on_message([this](const Message& message) {
            messages.push_back(std::string(message.pattern) + "|" + std::string(message.channel) +
                               "|" + std::string(message.payload));
        });
        subscriber.on_ready([this] { ++ready; });
        subscriber.on_refused(
            [this](std::string_view, const std::string& text) { refusals.push_back(text); });
        subscriber.start();
    }

    bool wait_ready(int times) {
        return run_until(io, [&] { return ready >= times; });
    }
    bool wait_messages(std::size_t count) {
        return run_until(io, [&] { return messages.size() >= count; });
    }

    boost::asio::io_context io{1};
    Subscriber subscriber;
    std::vector<StateChange> states;
    std::vector<std::string> messages;
    std::vector<std::string> refusals;
    int ready = 0;
};

Options options_of(const std::string& url) {
    Options options = parse_url(url).value();
    options.reconnect_delay_min = 10ms;
    options.reconnect_delay_max = 100ms;
    return options;
}

struct RedisSubscriber : testing::TestWithParam<int> {
    Options options(const std::string& url) const {
        Options result = options_of(url);
        result.resp_version = GetParam();
        return result;
    }
};
INSTANTIATE_TEST_SUITE_P(Resp, RedisSubscriber, testing::Values(2, 3));

TEST_P(RedisSubscriber, HearsWhatIsPublishedAfterItWasReady) {
    RedisServer server({.password = "hunter2"});
    Listener listener(options(server.url()));
    ASSERT_FALSE(listener.subscriber.subscribe("news"));
    ASSERT_FALSE(listener.subscriber.psubscribe("chat*"));
    ASSERT_FALSE(listener.subscriber.ssubscribe("shard"));
    EXPECT_FALSE(listener.subscriber.ready());
    ASSERT_TRUE(listener.wait_ready(1));
    EXPECT_TRUE(listener.subscriber.ready());
    EXPECT_EQ(server.cli({"PUBLISH", "news", "one"}), "1");
    EXPECT_EQ(server.cli({"PUBLISH", "chat#1", "two"}), "1");
    EXPECT_EQ(server.cli({"SPUBLISH", "shard", "three"}), "1");
    ASSERT_TRUE(listener.wait_messages(3));
    EXPECT_THAT(listener.messages, ElementsAre("|news|one", "chat*|chat#1|two", "|shard|three"));
    EXPECT_EQ(listener.ready, 1);
}

TEST_P(RedisSubscriber, SubscribesAgainAfterTheServerWasKilled) {
    RedisServer server;
    Listener listener(options(server.url()));
    ASSERT_FALSE(listener.subscriber.psubscribe("a*"));
    ASSERT_TRUE(listener.wait_ready(1));
    server.kill();
    ASSERT_TRUE(run_until(listener.io, [&] { return !listener.subscriber.connected(); }));
    EXPECT_FALSE(listener.subscriber.ready());
    ASSERT_FALSE(listener.subscriber.subscribe("late"));
    server.start();
    ASSERT_TRUE(listener.wait_ready(2));
    EXPECT_EQ(server.cli({"PUBLISH", "ab", "x"}), "1");
    EXPECT_EQ(server.cli({"PUBLISH", "late", "y"}), "1");
    ASSERT_TRUE(listener.wait_messages(2));
    EXPECT_EQ(listener.states.back().state, State::connected);
}

TEST_P(RedisSubscriber, SaysReadyAgainAfterEachChange) {
    RedisServer server;
    Listener listener(options(server.url()));
    ASSERT_TRUE(listener.wait_ready(1)) << "without subscriptions it is ready when connected";
    ASSERT_FALSE(listener.subscriber.subscribe("a"));
    ASSERT_TRUE(listener.wait_ready(2));
    listener.subscriber.unsubscribe("a");
    ASSERT_TRUE(listener.wait_ready(3));
    EXPECT_EQ(server.cli({"PUBLISH", "a", "x"}), "0");
    ASSERT_FALSE(listener.subscriber.subscribe("b"));
    listener.subscriber.unsubscribe("b");
    ASSERT_TRUE(listener.wait_ready(4)) << "changes that cancel each other out";
}

TEST_P(RedisSubscriber, StaysConnectedWhileNothingIsPublished) {
    RedisServer server;
    Options quiet = options(server.url());
    quiet.keep_alive_interval = 20ms;
    Listener listener(quiet);
    ASSERT_FALSE(listener.subscriber.subscribe("a"));
    ASSERT_TRUE(run_until(listener.io, [&] {
        const std::string stats = server.cli({"INFO", "commandstats"});
        const auto at = stats.find("cmdstat_ping:calls=");
        return at != std::string::npos && std::atoi(stats.c_str() + at + 19) >= 4;
    }));
    EXPECT_EQ(listener.states.size(), 1u);
    EXPECT_EQ(listener.ready, 1);
}

TEST(RedisSubscriberAcl, NamesARefusedChannelAndHearsItOncePermitted) {
    RedisServer server({.users = {"user app on >secret ~* &ok* +@all"}});
    Listener listener(options_of("redis://app:secret@127.0.0.1:" + std::to_string(server.port())));
    ASSERT_FALSE(listener.subscriber.subscribe("ok"));
    ASSERT_FALSE(listener.subscriber.subscribe("secret"));
    ASSERT_TRUE(run_until(listener.io, [&] { return !listener.refusals.empty(); }));
    EXPECT_THAT(listener.refusals[0], HasSubstr("refused to subscribe to \"secret\" (NOPERM"));
    EXPECT_EQ(server.cli({"PUBLISH", "ok", "x"}), "1");
    ASSERT_TRUE(listener.wait_messages(1));
    EXPECT_EQ(listener.ready, 0);
    server.cli({"ACL", "SETUSER", "app", "&secret"});
    ASSERT_TRUE(listener.wait_ready(1));
    EXPECT_EQ(server.cli({"PUBLISH", "secret", "y"}), "1");
    ASSERT_TRUE(listener.wait_messages(2));
}

TEST(RedisSubscriberMany, ConfirmsManyNamesAndKeepsTheOrderOfMessages) {
    RedisServer server;
    Listener listener(options_of(server.url()));
    for (int i = 0; i < 5'000; ++i) {
        ASSERT_FALSE(listener.subscriber.subscribe("room" + std::to_string(i)));
    }
    ASSERT_TRUE(listener.wait_ready(1));
    Connection publisher(listener.io, parse_url(server.url()).value());
    publisher.start();
    for (int i = 0; i < 5'000; ++i) {
        publisher.command({"PUBLISH", "room" + std::to_string(i), std::to_string(i)});
    }
    ASSERT_TRUE(listener.wait_messages(5'000));
    for (std::size_t i = 0; i < listener.messages.size(); ++i) {
        const std::string number = std::to_string(i);
        ASSERT_EQ(listener.messages[i], "|room" + number + "|" + number);
    }
}

TEST(RedisSubscriberLifetime, MayBeDestroyedInsideItsOwnCallbacks) {
    RedisServer server;
    boost::asio::io_context io{1};
    auto subscriber = std::make_unique<Subscriber>(io, parse_url(server.url()).value());
    subscriber->on_ready([&] { subscriber.reset(); });
    subscriber->start();
    io.run();
    EXPECT_EQ(subscriber, nullptr);
}

}  // namespace
}  // namespace redis
