// redis::Connection against a real redis-server: login in every form, TLS, loss and return, bounds.
#include "support/event_loop.hpp"
#include "support/redis_server.hpp"
#include <redis/connection.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>

namespace redis {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using test_support::RedisServer;
using test_support::run_until;
using testing::HasSubstr;
using testing::Not;

struct Answer {
    error_code ec;
    Reply reply;
};

/// A Connection whose answers and states are collected.
class Client {
public:
    explicit Client(const std::string& url) : Client(parse_url(url).value()) {}
    explicit Client(Options options) : connection(io, std::move(options)) {
        connection.on_state([this](const StateChange& change) { states.push_back(change); });
        connection.start();
    }

    Answer ask(std::initializer_list<std::string_view> command) {
        std::optional<Answer> answer;
        connection.command(
            command, [&](error_code ec, Reply reply) { answer = Answer{ec, std::move(reply)}; });
        EXPECT_FALSE(answer.has_value()) << "a callback came from inside the call";
        EXPECT_TRUE(run_until(io, [&] { return answer.has_value(); }));
        return answer.value_or(Answer{});
    }

    /// The next state change that was not taken yet.
    StateChange next_state() {
        EXPECT_TRUE(run_until(io, [&] { return !states.empty(); }));
        if (states.empty()) {
            return {};
        }
        StateChange change = states.front();
        states.pop_front();
        return change;
    }

    boost::asio::io_context io{1};
    std::deque<StateChange> states;
    Connection connection;
};

Options options_of(const std::string& url) {
    Options options = parse_url(url).value();
    options.reconnect_delay_min = 10ms;
    options.reconnect_delay_max = 100ms;
    return options;
}

TEST(RedisConnection, SetsAndGets) {
    RedisServer server;
    Client client(server.url());
    EXPECT_EQ(client.ask({"SET", "key", std::string_view("a\0b\r\n", 5)}).reply.text(), "OK");
    EXPECT_EQ(client.ask({"GET", "key"}).reply.text(), std::string_view("a\0b\r\n", 5));
    EXPECT_TRUE(client.ask({"GET", "none"}).reply.is_null());
    EXPECT_EQ(client.ask({"INCR", "n"}).reply.integer(), 1);
    EXPECT_EQ(client.ask({"LRANGE", "none", "0", "1"}).reply.items().size(), 0u);
    EXPECT_THAT(client.next_state().text, HasSubstr("is connected (the default user, database 0)"));
}

TEST(RedisConnection, ReportsAnErrorReplyAsServerError) {
    RedisServer server;
    Client client(server.url());
    const Answer answer = client.ask({"NOSUCH"});
    EXPECT_EQ(answer.ec, errc::server_error);
    EXPECT_THAT(std::string(answer.reply.text()), HasSubstr("unknown command"));
    EXPECT_FALSE(client.ask({"PING"}).ec);
}

TEST(RedisConnection, LogsInWithAPassword) {
    RedisServer server({.password = "hunter2"});
    Client client(server.url());
    EXPECT_FALSE(client.ask({"SET", "a", "b"}).ec);
}

TEST(RedisConnection, ReportsAWrongPasswordWithoutShowingItAndRecoversWhenItIsMended) {
    RedisServer server({.password = "right"});
    Options options = options_of("redis://:hunter2@127.0.0.1:" + std::to_string(server.port()));
    Client client(options);
    const StateChange refused = client.next_state();
    EXPECT_EQ(refused.state, State::auth_failed);
    EXPECT_EQ(refused.error, errc::wrong_password);
    EXPECT_THAT(refused.text, HasSubstr("Redis at 127.0.0.1:" + std::to_string(server.port()) +
                                        " refused the password (WRONGPASS)"));
    EXPECT_THAT(refused.text, Not(HasSubstr("hunter2")));
    server.cli({"CONFIG", "SET", "requirepass", "hunter2"});
    EXPECT_EQ(client.next_state().state, State::connected);
    EXPECT_TRUE(client.states.empty()) << "the same refusal was reported more than once";
}

TEST(RedisConnection, SaysThatAPasswordIsNeeded) {
    RedisServer server({.password = "x"});
    Client client(options_of("redis://127.0.0.1:" + std::to_string(server.port())));
    const StateChange refused = client.next_state();
    EXPECT_EQ(refused.state, State::auth_failed);
    EXPECT_EQ(refused.error, errc::password_needed);
    EXPECT_THAT(refused.text, HasSubstr("needs a password (NOAUTH)"));
}

TEST(RedisConnection, LogsInAsAnAclUser) {
    RedisServer server({.users = {"user app on >secret ~app:* &* +@all", "user off off >secret"}});
    const std::string place = "@127.0.0.1:" + std::to_string(server.port());
    Client client("redis://app:secret" + place);
    EXPECT_FALSE(client.ask({"SET", "app:a", "1"}).ec);
    EXPECT_EQ(client.ask({"SET", "other", "1"}).reply.error_code(), "NOPERM");
    Client refused(options_of("redis://off:secret" + place));
    EXPECT_THAT(refused.next_state().text, HasSubstr("refused the password of user \"off\""));
}

TEST(RedisConnection, SelectsADatabase) {
    RedisServer server;
    Client client(server.url() + "/5");
    EXPECT_FALSE(client.ask({"SET", "here", "1"}).ec);
    EXPECT_EQ(server.cli({"-n", "5", "EXISTS", "here"}), "1");
    EXPECT_EQ(server.cli({"EXISTS", "here"}), "0");
    Client refused(options_of(server.url() + "/99"));
    const StateChange state = refused.next_state();
    EXPECT_EQ(state.error, errc::database_refused);
    EXPECT_THAT(state.text, HasSubstr("refused database 99"));
}

TEST(RedisConnection, SpeaksResp3WhenAsked) {
    RedisServer server({.password = "hunter2"});
    Options options = options_of(server.url());
    options.resp_version = 3;
    Client client(options);
    EXPECT_FALSE(client.ask({"HSET", "h", "field", "value"}).ec);
    EXPECT_EQ(client.ask({"HGETALL", "h"}).reply.kind(), Reply::Kind::map);
}

TEST(RedisConnection, ConnectsThroughAUnixSocket) {
    RedisServer server({.password = "hunter2", .unix_socket = true});
    Client client("unix://:hunter2@" + server.unix_path() + "?db=3");
    EXPECT_FALSE(client.ask({"SET", "here", "1"}).ec);
    EXPECT_EQ(server.cli({"-n", "3", "EXISTS", "here"}), "1");
    Client refused(options_of("unix://" + std::string(200, '/')));
    EXPECT_THAT(refused.next_state().text, HasSubstr("File name too long"));
}

TEST(RedisConnection, VerifiesTheCertificate) {
    RedisServer server({.password = "hunter2", .tls = true});
    Client client(server.url());
    EXPECT_FALSE(client.ask({"SET", "a", "b"}).ec);
    EXPECT_THAT(client.next_state().text, HasSubstr(", TLS)"));

    const std::string place = "rediss://:hunter2@127.0.0.1:" + std::to_string(server.port());
    Client untrusting(options_of(place));
    const StateChange untrusted = untrusting.next_state();
    EXPECT_EQ(untrusted.error, errc::certificate_refused);
    EXPECT_THAT(untrusted.text, HasSubstr("certificate that is not trusted"));

    Client other_name(options_of(place + "?server_name=redis.example&ca_file=" + server.ca_file()));
    EXPECT_EQ(other_name.next_state().error, errc::certificate_refused);

    Client by_name(options_of(place + "?server_name=localhost&ca_file=" + server.ca_file()));
    EXPECT_FALSE(by_name.ask({"PING"}).ec);

    Client careless(options_of(place + "?insecure=true"));
    EXPECT_FALSE(careless.ask({"PING"}).ec);

    Client without_file(options_of(place + "?ca_file=/nonexistent.pem"));
    EXPECT_THAT(without_file.next_state().text, HasSubstr("/nonexistent.pem"));
}

TEST(RedisConnection, HintsAtTlsWhenPlainAndTlsMeet) {
    RedisServer tls({.tls = true});
    Client plain(options_of("redis://127.0.0.1:" + std::to_string(tls.port())));
    EXPECT_THAT(plain.next_state().text, HasSubstr("rediss://"));
    RedisServer no_tls;
    // Redis takes a TLS greeting for the beginning of a long line, and waits for its end.
    Options options = options_of("rediss://127.0.0.1:" + std::to_string(no_tls.port()));
    options.connect_timeout = 2s;
    Client encrypted(options);
    EXPECT_THAT(encrypted.next_state().text, HasSubstr("no answer to TLS; is it a redis:// port?"));
}

TEST(RedisConnection, NamesAHostThatIsNotFoundAndAPortThatIsClosed) {
    Client nowhere(options_of("redis://no-such-host.invalid"));
    const StateChange state = nowhere.next_state();
    EXPECT_EQ(state.error, errc::host_not_found) << state.text;
    Client closed(options_of("redis://127.0.0.1:" + std::to_string(test_support::free_port())));
    EXPECT_THAT(closed.next_state().text, HasSubstr("cannot be reached (Connection refused)"));
}

TEST(RedisConnection, PipelinesTenThousandCommandsInOrder) {
    RedisServer server;
    Client client(server.url());
    std::vector<std::int64_t> answers;
    for (int i = 0; i < 10'000; ++i) {
        client.connection.command({"INCR", "n"}, [&](error_code ec, const Reply& reply) {
            EXPECT_FALSE(ec);
            answers.push_back(reply.integer());
        });
    }
    EXPECT_EQ(client.connection.pending(), 10'000u);
    ASSERT_TRUE(run_until(client.io, [&] { return answers.size() == 10'000; }));
    for (std::size_t i = 0; i < answers.size(); ++i) {
        ASSERT_EQ(answers[i], static_cast<std::int64_t>(i + 1));
    }
    EXPECT_EQ(client.connection.pending(), 0u);
}

TEST(RedisConnection, CarriesBigValuesAndBoundsThem) {
    RedisServer server;
    Options options = options_of(server.url());
    options.reply_bytes_max = 12 * 1024 * 1024;
    Client client(options);
    const std::string big(10 * 1024 * 1024, 'x');
    EXPECT_FALSE(client.ask({"SET", "big", big}).ec);
    EXPECT_EQ(client.ask({"GET", "big"}).reply.text().size(), big.size());
    client.states.clear();
    EXPECT_FALSE(client.ask({"APPEND", "big", big}).ec);
    EXPECT_EQ(client.ask({"GET", "big"}).ec, errc::connection_lost);
    EXPECT_EQ(client.next_state().error, errc::reply_too_large);
}

TEST(RedisConnection, ComesBackAfterTheServerWasKilled) {
    RedisServer server;
    Client client(options_of(server.url()));
    EXPECT_FALSE(client.ask({"PING"}).ec);
    EXPECT_EQ(client.next_state().state, State::connected);
    server.kill();
    EXPECT_EQ(client.next_state().state, State::disconnected);
    std::optional<Answer> waiting;
    client.connection.command({"SET", "after", "1"}, [&](error_code ec, Reply reply) {
        waiting = Answer{ec, std::move(reply)};
    });
    server.start();
    ASSERT_TRUE(run_until(client.io, [&] { return waiting.has_value(); }));
    EXPECT_FALSE(waiting->ec) << "a command that waited for the connection was not sent";
    EXPECT_EQ(server.cli({"GET", "after"}), "1");
}

TEST(RedisConnection, NeverSendsACommandTwice) {
    RedisServer server;
    Client client(options_of(server.url()));
    EXPECT_FALSE(client.ask({"PING"}).ec);
    std::optional<error_code> result;
    // Blocks until the connection is cut under it.
    client.connection.command({"BLPOP", "queue", "0"},
                              [&](error_code ec, const Reply&) { result = ec; });
    ASSERT_TRUE(run_until(client.io, [&] {
        return server.cli({"INFO", "clients"}).find("blocked_clients:1") != std::string::npos;
    }));
    server.cli({"CLIENT", "KILL", "TYPE", "normal"});
    ASSERT_TRUE(run_until(client.io, [&] { return result.has_value(); }));
    EXPECT_EQ(*result, errc::connection_lost);
    EXPECT_FALSE(client.ask({"PING"}).ec);
    EXPECT_THAT(server.cli({"INFO", "clients"}), HasSubstr("blocked_clients:0"));
}

TEST(RedisConnection, FindsAFrozenServerAndReturnsToIt) {
    RedisServer server;
    Options options = options_of(server.url());
    options.keep_alive_interval = 50ms;
    options.keep_alive_timeout = 50ms;
    options.connect_timeout = 200ms;
    Client client(options);
    EXPECT_EQ(client.next_state().state, State::connected);
    server.freeze();
    const StateChange silent = client.next_state();
    EXPECT_EQ(silent.error, errc::peer_silent);
    // The kernel still accepts for a frozen process, but nobody answers the login.
    EXPECT_EQ(client.next_state().error, errc::connect_timeout);
    server.thaw();
    EXPECT_EQ(client.next_state().state, State::connected);
}

TEST(RedisConnection, StaysConnectedWhileIdle) {
    RedisServer server;
    Options options = options_of(server.url());
    options.keep_alive_interval = 20ms;
    options.keep_alive_timeout = 5s;
    Client client(options);
    EXPECT_EQ(client.next_state().state, State::connected);
    ASSERT_TRUE(run_until(client.io, [&] {
        const std::string stats = server.cli({"INFO", "commandstats"});
        const auto at = stats.find("cmdstat_ping:calls=");
        return at != std::string::npos && std::atoi(stats.c_str() + at + 19) >= 4;
    }));
    EXPECT_TRUE(client.states.empty());
    EXPECT_LE(client.connection.pending(), 1u) << "no more than one PING at a time";
}

TEST(RedisConnection, BoundsWhatWaitsDuringAnOutage) {
    Options options = options_of("redis://127.0.0.1:" + std::to_string(test_support::free_port()));
    options.pending_commands_max = 3;
    options.pending_bytes_max = 1000;
    options.pending_age_max = 100ms;
    Client client(options);
    EXPECT_EQ(client.ask({"SET", "k", std::string(1000, 'x')}).ec, errc::queue_full);
    std::vector<error_code> results;
    for (int i = 0; i < 4; ++i) {
        client.connection.command({"PING"},
                                  [&](error_code ec, const Reply&) { results.push_back(ec); });
    }
    ASSERT_TRUE(run_until(client.io, [&] { return results.size() == 4; }));
    EXPECT_EQ(results[0], errc::queue_full);
    EXPECT_EQ(results[1], errc::expired);
    EXPECT_EQ(results[3], errc::expired);
    EXPECT_EQ(client.connection.pending(), 0u);
}

TEST(RedisConnection, FailsWhatIsPendingWhenStopped) {
    RedisServer server;
    Client client(server.url());
    EXPECT_FALSE(client.ask({"PING"}).ec);
    error_code sent;
    error_code after;
    client.connection.command({"BLPOP", "q", "0"}, [&](error_code ec, const Reply&) { sent = ec; });
    client.connection.stop();
    client.connection.command({"PING"}, [&](error_code ec, const Reply&) { after = ec; });
    ASSERT_TRUE(run_until(client.io, [&] { return after.failed(); }));
    EXPECT_EQ(sent, errc::stopped);
    EXPECT_EQ(after, errc::stopped);
    client.io.restart();
    client.io.run();  // Returns: nothing is left running.
}

TEST(RedisConnection, SendsBeforeItEndsWhatWasAsked) {
    RedisServer server;
    const std::string big(200'000, 'x');
    for (const bool is_destroyed : {false, true}) {
        boost::asio::io_context io{1};
        auto connection = std::make_unique<Connection>(io, parse_url(server.url()).value());
        connection->start();
        bool is_up = false;
        connection->command({"DEL", "key", "big"}, [&](error_code, const Reply&) { is_up = true; });
        ASSERT_TRUE(run_until(io, [&] { return is_up; }));
        connection->command({"SET", "key", "value"});
        connection->command({"SET", "big", big});
        if (is_destroyed) {
            connection.reset();
        } else {
            connection->stop();
        }
        io.restart();
        io.run();
        EXPECT_EQ(server.cli({"GET", "key"}), "value");
        EXPECT_EQ(server.cli({"STRLEN", "big"}), "200000");
    }
}

TEST(RedisConnection, DoesNotWaitLongForAFrozenServerWhenStopped) {
    RedisServer server;
    Client client(server.url());
    EXPECT_FALSE(client.ask({"PING"}).ec);
    server.freeze();
    // More than a socket takes.
    const std::string big(30'000'000, 'x');
    client.connection.command({"SET", "key", big});
    const auto before = std::chrono::steady_clock::now();
    client.connection.stop();
    client.io.restart();
    client.io.run();
    EXPECT_LT(std::chrono::steady_clock::now() - before, 4s);
    server.thaw();
}

TEST(RedisConnection, MayBeDestroyedInsideItsOwnCallbacks) {
    RedisServer server;
    boost::asio::io_context io{1};
    auto connection = std::make_unique<Connection>(io, parse_url(server.url()).value());
    connection->on_state([&](const StateChange&) {
        connection->command({"PING"}, [&](error_code, const Reply&) { connection.reset(); });
    });
    connection->command({"PING"});
    connection->start();
    io.run();
    EXPECT_EQ(connection, nullptr);
}

}  // namespace
}  // namespace redis
