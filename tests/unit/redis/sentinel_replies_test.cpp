// What Sentinels answer, and what is taken for no answer.
#include "protocol/sentinel_replies.hpp"

#include "protocol/resp_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace redis {
namespace {

using testing::ElementsAre;

Reply sentinel_reply(std::string_view bytes) {
    RespParser parser;
    parser.feed(bytes);
    return parser.next().value().value();
}

TEST(RedisSentinelReplies, NameTheMaster) {
    const Reply reply = sentinel_reply("*2\r\n$9\r\n127.0.0.1\r\n$4\r\n6380\r\n");
    EXPECT_EQ(read_master_address(reply).value(), (Seed{"127.0.0.1", 6380}));
}

TEST(RedisSentinelReplies, SayThatTheNameIsUnknown) {
    EXPECT_EQ(read_master_address(sentinel_reply("*-1\r\n")).error(), errc::unknown_master);
    EXPECT_EQ(read_master_address(sentinel_reply("$-1\r\n")).error(), errc::unknown_master);
    EXPECT_EQ(
        read_master_address(sentinel_reply("-IDONTKNOW I have not enough information\r\n")).error(),
        errc::unknown_master);
}

TEST(RedisSentinelReplies, AreRefusedWhenTheyAreSomethingElse) {
    for (const char* const bytes :
         {"-ERR unknown command 'SENTINEL'\r\n", "+OK\r\n", "*1\r\n$1\r\na\r\n",
          "*2\r\n$1\r\na\r\n$1\r\nb\r\n", "*2\r\n:1\r\n:2\r\n"}) {
        EXPECT_EQ(read_master_address(sentinel_reply(bytes)).error(), errc::protocol_error)
            << bytes;
    }
}

TEST(RedisSentinelReplies, NameOtherSentinels) {
    const Reply reply = sentinel_reply(
        "*3\r\n"
        "*6\r\n$4\r\nname\r\n$1\r\nx\r\n$2\r\nip\r\n$1\r\na\r\n$4\r\nport\r\n$5\r\n26379\r\n"
        "%2\r\n$4\r\nport\r\n$5\r\n26380\r\n$2\r\nip\r\n$1\r\nb\r\n"
        "*2\r\n$2\r\nip\r\n$1\r\nc\r\n");
    EXPECT_THAT(read_sentinels(reply), ElementsAre(Seed{"a", 26'379}, Seed{"b", 26'380}));
    EXPECT_TRUE(read_sentinels(sentinel_reply("-ERR No such master with that name\r\n")).empty());
}

TEST(RedisSentinelReplies, TellOfASwitch) {
    EXPECT_EQ(read_master_switch("mymaster 127.0.0.1 1 127.0.0.2 2", "mymaster"),
              (Seed{"127.0.0.2", 2}));
    for (const char* const message :
         {"", "mymaster", "other 127.0.0.1 1 127.0.0.2 2", "mymaster 127.0.0.1 1 127.0.0.2",
          "mymaster 127.0.0.1 1 127.0.0.2 2 3", "mymaster 127.0.0.1 1 127.0.0.2 x"}) {
        EXPECT_EQ(read_master_switch(message, "mymaster"), std::nullopt) << message;
    }
}

TEST(RedisSentinelReplies, TellAReplicaFromAMaster) {
    EXPECT_TRUE(
        is_replica_role(sentinel_reply("*5\r\n$5\r\nslave\r\n$1\r\na\r\n:1\r\n$1\r\nx\r\n:0\r\n")));
    EXPECT_FALSE(is_replica_role(sentinel_reply("*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n")));
    EXPECT_FALSE(is_replica_role(sentinel_reply("-NOPERM no\r\n")));
}

}  // namespace
}  // namespace redis
