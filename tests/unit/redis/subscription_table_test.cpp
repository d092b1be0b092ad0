// SubscriptionTable: confirmations, messages, refusals and reconnects, without a socket.
#include "protocol/subscription_table.hpp"

#include "protocol/resp_parser.hpp"
#include "protocol/resp_writer.hpp"

#include <gtest/gtest.h>

namespace redis {
namespace {

using Subscription = SubscriptionTable::Kind;
using Event = SubscriptionTable::Event;

Reply reply_of(std::initializer_list<std::string_view> parts) {
    std::vector<Reply> items;
    for (const std::string_view part : parts) {
        items.emplace_back(Reply::Kind::bulk, std::string(part));
    }
    return Reply(Reply::Kind::array, std::move(items));
}

std::string command(std::initializer_list<std::string_view> arguments) {
    std::string out;
    append_command(out, arguments);
    return out;
}

struct SubscriptionTableTest : testing::Test {
    SubscriptionTable table{4};

    std::string output() { return table.take_output(SIZE_MAX); }
    void confirm(std::string_view word, std::string_view name) {
        const Reply reply = reply_of({word, name, "1"});
        EXPECT_TRUE(table.on_reply(reply).has_value()) << word << ' ' << name;
    }
};

TEST_F(SubscriptionTableTest, SendsNothingBeforeThereIsAConnection) {
    EXPECT_FALSE(table.subscribe(Subscription::channel, "c"));
    EXPECT_EQ(output(), "");
    EXPECT_FALSE(table.ready());
    table.on_connected();
    EXPECT_EQ(output(), command({"SUBSCRIBE", "c"}));
}

TEST_F(SubscriptionTableTest, IsReadyWhenEverythingIsConfirmed) {
    table.on_connected();
    EXPECT_TRUE(table.ready());
    ASSERT_FALSE(table.subscribe(Subscription::channel, "c"));
    ASSERT_FALSE(table.subscribe(Subscription::pattern, "p*"));
    ASSERT_FALSE(table.subscribe(Subscription::shard_channel, "s"));
    EXPECT_FALSE(table.ready());
    EXPECT_EQ(output(), command({"SUBSCRIBE", "c"}) + command({"PSUBSCRIBE", "p*"}) +
                            command({"SSUBSCRIBE", "s"}));
    confirm("subscribe", "c");
    confirm("psubscribe", "p*");
    EXPECT_FALSE(table.ready());
    confirm("ssubscribe", "s");
    EXPECT_TRUE(table.ready());
}

TEST_F(SubscriptionTableTest, SendsADoubleSubscriptionOnce) {
    table.on_connected();
    ASSERT_FALSE(table.subscribe(Subscription::channel, "c"));
    ASSERT_FALSE(table.subscribe(Subscription::channel, "c"));
    EXPECT_EQ(output(), command({"SUBSCRIBE", "c"}));
    ASSERT_FALSE(table.subscribe(Subscription::channel, "c"));
    EXPECT_EQ(output(), "");
}

TEST_F(SubscriptionTableTest, SendsOnlyTheDifferenceAfterAChangeOfMind) {
    table.on_connected();
    ASSERT_FALSE(table.subscribe(Subscription::channel, "c"));
    table.unsubscribe(Subscription::channel, "c");
    EXPECT_EQ(output(), "");
    EXPECT_TRUE(table.ready());
    ASSERT_FALSE(table.subscribe(Subscription::channel, "c"));
    EXPECT_EQ(output(), command({"SUBSCRIBE", "c"}));
    table.unsubscribe(Subscription::channel, "c");
    ASSERT_FALSE(table.subscribe(Subscription::channel, "c"));
    table.unsubscribe(Subscription::channel, "c");
    EXPECT_EQ(output(), command({"UNSUBSCRIBE", "c"}));
    confirm("subscribe", "c");
    confirm("unsubscribe", "c");
    EXPECT_TRUE(table.ready());
}

TEST_F(SubscriptionTableTest, DeliversMessagesOfAllKinds) {
    table.on_connected();
    ASSERT_FALSE(table.subscribe(Subscription::channel, "c"));
    ASSERT_FALSE(table.subscribe(Subscription::pattern, "p*"));
    ASSERT_FALSE(table.subscribe(Subscription::shard_channel, "s"));
    const Reply plain = reply_of({"message", "c", "one"});
    const Event first = table.on_reply(plain).value();
    EXPECT_EQ(first.kind, Event::Kind::message);
    EXPECT_EQ(first.channel, "c");
    EXPECT_EQ(first.pattern, "");
    EXPECT_EQ(first.payload, "one");
    const Reply matched = reply_of({"pmessage", "p*", "pq", "two"});
    const Event second = table.on_reply(matched).value();
    EXPECT_EQ(second.channel, "pq");
    EXPECT_EQ(second.pattern, "p*");
    EXPECT_EQ(second.payload, "two");
    const Reply sharded = reply_of({"smessage", "s", "three"});
    EXPECT_TRUE(table.on_reply(sharded).value().sharded);
}

TEST_F(SubscriptionTableTest, DeliversNothingAfterUnsubscribing) {
    table.on_connected();
    ASSERT_FALSE(table.subscribe(Subscription::channel, "c"));
    (void)output();
    confirm("subscribe", "c");
    table.unsubscribe(Subscription::channel, "c");
    const Reply late = reply_of({"message", "c", "x"});
    EXPECT_EQ(table.on_reply(late).value().kind, Event::Kind::none);
}

TEST_F(SubscriptionTableTest, SubscribesAgainAfterALoss) {
    table.on_connected();
    ASSERT_FALSE(table.subscribe(Subscription::channel, "kept"));
    ASSERT_FALSE(table.subscribe(Subscription::channel, "dropped"));
    (void)output();
    confirm("subscribe", "kept");
    table.on_disconnected();
    EXPECT_FALSE(table.ready());
    table.unsubscribe(Subscription::channel, "dropped");
    table.on_connected();
    EXPECT_EQ(output(), command({"SUBSCRIBE", "kept"}));
    EXPECT_FALSE(table.ready());
    confirm("subscribe", "kept");
    EXPECT_TRUE(table.ready());
}

TEST_F(SubscriptionTableTest, NamesTheSubscriptionThatWasRefusedAndTriesAgain) {
    table.on_connected();
    ASSERT_FALSE(table.subscribe(Subscription::channel, "a"));
    ASSERT_FALSE(table.subscribe(Subscription::channel, "b"));
    (void)output();
    const Reply refusal(Reply::Kind::error, std::string("NOPERM no"));
    const Event event = table.on_reply(refusal).value();
    EXPECT_EQ(event.kind, Event::Kind::refused);
    EXPECT_EQ(event.channel, "a");
    EXPECT_EQ(event.payload, "NOPERM no");
    confirm("subscribe", "b");
    EXPECT_FALSE(table.ready());
    table.retry_refused();
    EXPECT_EQ(output(), command({"SUBSCRIBE", "a"}));
    confirm("subscribe", "a");
    EXPECT_TRUE(table.ready());
}

TEST_F(SubscriptionTableTest, ForgetsARefusalThatNobodyWantsAnyMore) {
    table.on_connected();
    ASSERT_FALSE(table.subscribe(Subscription::channel, "a"));
    (void)output();
    const Reply refusal(Reply::Kind::error, std::string("NOPERM no"));
    EXPECT_EQ(table.on_reply(refusal).value().kind, Event::Kind::refused);
    table.unsubscribe(Subscription::channel, "a");
    EXPECT_TRUE(table.ready());
    EXPECT_FALSE(table.has_refused());
}

TEST_F(SubscriptionTableTest, TakesPongsOfBothForms) {
    table.on_connected();
    table.send_ping();
    EXPECT_TRUE(table.has_output());
    EXPECT_TRUE(table.ready());
    EXPECT_EQ(output(), command({"PING"}));
    const Reply array = reply_of({"pong", ""});
    EXPECT_TRUE(table.on_reply(array).has_value());
    EXPECT_EQ(table.on_reply(array).error(), errc::protocol_error);
    table.send_ping();
    (void)output();
    EXPECT_TRUE(table.on_reply(Reply(Reply::Kind::simple_string, std::string("PONG"))).has_value());
}

TEST_F(SubscriptionTableTest, RefusesRepliesThatAnswerNothing) {
    table.on_connected();
    for (const Reply& reply : {reply_of({"subscribe", "x", "1"}), reply_of({"what"}), reply_of({}),
                               Reply::of_integer(1)}) {
        EXPECT_EQ(table.on_reply(reply).error(), errc::protocol_error) << to_string(reply);
    }
    EXPECT_EQ(table.on_reply(Reply(Reply::Kind::error, std::string("NOAUTH x"))).error(),
              errc::password_needed);
    const Reply push(Reply::Kind::push, {Reply(Reply::Kind::bulk, std::string("invalidate"))});
    EXPECT_EQ(table.on_reply(push).value().kind, Event::Kind::none);
}

TEST_F(SubscriptionTableTest, SubscribesAgainWhenRedisEndsAShardSubscription) {
    table.on_connected();
    ASSERT_FALSE(table.subscribe(Subscription::shard_channel, "s"));
    (void)output();
    confirm("ssubscribe", "s");
    confirm("sunsubscribe", "s");
    EXPECT_EQ(output(), command({"SSUBSCRIBE", "s"}));
}

TEST_F(SubscriptionTableTest, BoundsTheNumberOfNames) {
    for (const char* name : {"1", "2", "3", "4"}) {
        EXPECT_FALSE(table.subscribe(Subscription::channel, name));
    }
    EXPECT_EQ(table.subscribe(Subscription::pattern, "5"), errc::too_many_subscriptions);
    EXPECT_FALSE(table.subscribe(Subscription::channel, "4"));
    table.unsubscribe(Subscription::channel, "1");
    EXPECT_FALSE(table.subscribe(Subscription::pattern, "5"));
}

TEST_F(SubscriptionTableTest, HandsOutOutputInPieces) {
    table.on_connected();
    ASSERT_FALSE(table.subscribe(Subscription::channel, "a"));
    ASSERT_FALSE(table.subscribe(Subscription::channel, "b"));
    EXPECT_EQ(table.take_output(1), command({"SUBSCRIBE", "a"}));
    EXPECT_TRUE(table.has_output());
    EXPECT_EQ(table.take_output(1), command({"SUBSCRIBE", "b"}));
    EXPECT_FALSE(table.has_output());
}

}  // namespace
}  // namespace redis
