// Handshake: what is sent, what each reply of Redis 2.8 to 7 leads to, and what operators read.
#include "protocol/handshake.hpp"

#include "protocol/resp_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redis {
namespace {

using Status = Handshake::Status;
using testing::HasSubstr;
using testing::Not;

Reply reply_of(std::string_view line) {
    RespParser parser;
    parser.feed(std::string(line) + "\r\n");
    return parser.next().value().value();
}

/// Feeds the replies and returns the last status.
Status run(Handshake& handshake, std::initializer_list<std::string_view> replies) {
    Status status = Status::waiting;
    for (const std::string_view reply : replies) {
        EXPECT_EQ(status, Status::waiting);
        status = handshake.on_reply(reply_of(reply));
    }
    return status;
}

Options with_login(std::string user = {}, std::string password = "hunter2") {
    Options options;
    options.user = std::move(user);
    options.password = std::move(password);
    return options;
}

TEST(RedisHandshake, OnlyPingsWithoutPasswordAndDatabase) {
    const Options options;
    Handshake handshake(options);
    EXPECT_EQ(handshake.take_output(), "*1\r\n$4\r\nPING\r\n");
    EXPECT_EQ(run(handshake, {"+PONG"}), Status::done);
    EXPECT_EQ(handshake.resp_version(), 2);
}

TEST(RedisHandshake, SendsEverythingAtOnce) {
    Options options = with_login("app");
    options.database = 3;
    Handshake handshake(options);
    EXPECT_EQ(handshake.take_output(),
              "*3\r\n$4\r\nAUTH\r\n$3\r\napp\r\n$7\r\nhunter2\r\n"
              "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*1\r\n$4\r\nPING\r\n");
    EXPECT_EQ(handshake.take_output(), "");
    EXPECT_EQ(run(handshake, {"+OK", "+OK", "+PONG"}), Status::done);
}

TEST(RedisHandshake, SendsAPasswordWithoutUserAsOldServersKnowIt) {
    const Options options = with_login();
    Handshake handshake(options);
    EXPECT_THAT(handshake.take_output(), HasSubstr("*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n"));
}

TEST(RedisHandshake, AsksForResp3AndFallsBack) {
    Options options = with_login();
    options.resp_version = 3;
    Handshake modern(options);
    EXPECT_THAT(modern.take_output(), HasSubstr("HELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$7\r\ndefault"));
    EXPECT_EQ(modern.on_reply(reply_of("%1\r\n+proto\r\n:3")), Status::waiting);
    EXPECT_THAT(modern.take_output(), Not(HasSubstr("AUTH")));
    EXPECT_EQ(run(modern, {"+PONG"}), Status::done);
    EXPECT_EQ(modern.resp_version(), 3);

    Handshake old(options);
    (void)old.take_output();
    EXPECT_EQ(old.on_reply(reply_of("-ERR unknown command 'HELLO'")), Status::waiting);
    EXPECT_THAT(old.take_output(), HasSubstr("AUTH"));
    EXPECT_EQ(run(old, {"+OK", "+PONG"}), Status::done);
    EXPECT_EQ(old.resp_version(), 2);
}

struct Case {
    std::initializer_list<std::string_view> replies;
    errc error;
    const char* text;
};

TEST(RedisHandshake, NamesTheCauseOfARefusalAndNeverThePassword) {
    const Case cases[] = {
        {{"-WRONGPASS invalid username-password pair or user is disabled."},
         errc::wrong_password,
         "refused the password (WRONGPASS)"},
        {{"-ERR invalid password"}, errc::wrong_password, "refused the password"},
        {{"-ERR AUTH <password> called without any password configured for the default user."},
         errc::wrong_password,
         "the server has no password set"},
        {{"-ERR Client sent AUTH, but no password is set"},
         errc::wrong_password,
         "the server has no password set"},
        {{"-ERR unknown command 'AUTH', with args beginning with: 'hunter2' "},
         errc::wrong_password,
         "AUTH is disabled there"},
        {{"-ERR wrong number of arguments for 'auth' command"},
         errc::wrong_password,
         "it knows no users"},
        {{"+OK", "-NOAUTH Authentication required."}, errc::password_needed, "needs a password"},
        {{"+OK", "-ERR operation not permitted"}, errc::password_needed, "needs a password"},
        {{"+OK", "-ERR DB index is out of range"}, errc::database_refused, "refused database 3"},
        {{"+OK", "-NOPERM this user has no permissions to run the 'select' command"},
         errc::no_permission,
         "does not permit this to the default user"},
        {{"+OK", "+OK", "-LOADING Redis is loading the dataset in memory"},
         errc::loading,
         "still loading"},
        {{"-ERR max number of clients reached"}, errc::too_many_clients, "maxclients"},
        {{"-DENIED Redis is running in protected mode because protected mode is enabled"},
         errc::protected_mode,
         "protected mode"},
        {{"+OK", "+OK", "-ERR something else"}, errc::server_error, "something else"},
    };
    Options options = with_login();
    options.database = 3;
    for (const Case& c : cases) {
        Handshake handshake(options);
        EXPECT_EQ(run(handshake, c.replies), Status::failed) << c.text;
        EXPECT_EQ(handshake.failure().error, c.error) << handshake.failure().error.message();
        const std::string text = describe(options, handshake.failure());
        EXPECT_THAT(text, HasSubstr("Redis at 127.0.0.1:6379"));
        EXPECT_THAT(text, HasSubstr(c.text));
        EXPECT_THAT(text, Not(HasSubstr("hunter2")));
    }
}

TEST(RedisHandshake, NamesTheUserWhosePasswordWasRefused) {
    const Options options = with_login("app");
    Handshake handshake(options);
    EXPECT_EQ(run(handshake, {"-WRONGPASS invalid username-password pair"}), Status::failed);
    EXPECT_THAT(describe(options, handshake.failure()),
                HasSubstr("refused the password of user \"app\" (WRONGPASS)"));
    EXPECT_TRUE(is_authentication_error(handshake.failure().error));
}

TEST(RedisHandshake, NamesItselfWhereTheServerKnowsNames) {
    Options options;
    options.client_name = "node-1";
    Handshake named(options);
    EXPECT_THAT(named.take_output(),
                HasSubstr("*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$6\r\nnode-1\r\n"));
    EXPECT_EQ(run(named, {"+OK", "+PONG"}), Status::done);
    for (const std::string_view refusal :
         {"-ERR unknown command 'CLIENT'", "-NOPERM this user has no permissions"}) {
        Handshake nameless(options);
        EXPECT_EQ(run(nameless, {refusal, "+PONG"}), Status::done) << refusal;
    }
    Handshake full(options);
    EXPECT_EQ(run(full, {"-ERR max number of clients reached"}), Status::failed);
}

TEST(RedisHandshake, RefusesAReplicaWhereSentinelsAre) {
    Options options;
    options.kind = Kind::sentinel;
    Handshake master(options);
    EXPECT_THAT(master.take_output(), HasSubstr("ROLE"));
    EXPECT_EQ(run(master, {"*3\r\n$6\r\nmaster\r\n:0\r\n*0", "+PONG"}), Status::done);
    Handshake replica(options);
    EXPECT_EQ(run(replica, {"*1\r\n$5\r\nslave"}), Status::failed);
    EXPECT_EQ(replica.failure().error, errc::read_only_replica);
    EXPECT_THAT(describe(options, replica.failure()), HasSubstr("is a replica now"));
    Handshake unknown(options);
    EXPECT_EQ(run(unknown, {"-NOPERM this user has no permissions", "+PONG"}), Status::done);
}

TEST(RedisHandshake, TakesAUserWhoMayNotPingForLoggedIn) {
    const Options options = with_login("app");
    Handshake handshake(options);
    EXPECT_EQ(
        run(handshake, {"+OK", "-NOPERM this user has no permissions to run the 'ping' command"}),
        Status::done);
}

}  // namespace
}  // namespace redis
