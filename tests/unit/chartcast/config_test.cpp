// Flags to Config: each option, each mistake, and that no text shows a password.
#include "config/config.hpp"

#include "config/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace chartcast::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

template <class Action>
std::string error_of(Action action) {
    try {
        action();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "no error";
}

Command parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "chartcast");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

Config config_of(const std::vector<const char*>& arguments) {
    const auto parsed = parse(arguments);
    if (const auto* exit = std::get_if<Exit>(&parsed)) ADD_FAILURE() << exit->text;
    return std::get<DemoCommand>(parsed).config;
}

Exit exit_of(const std::vector<const char*>& arguments) {
    return std::get<Exit>(parse(arguments));
}

TEST(ListenAddress, AcceptsItsForms) {
    const auto check = [](const char* text, const char* address, std::uint16_t port) {
        const auto listen = parse_listen_address(text);
        EXPECT_EQ(listen.address, address) << text;
        EXPECT_EQ(listen.port, port) << text;
    };
    check("127.0.0.1:9000", "127.0.0.1", 9000);
    check(":9000", "0.0.0.0", 9000);
    check("9000", "0.0.0.0", 9000);
    check("[::]:80", "::", 80);
    check("localhost:0", "127.0.0.1", 0);
    check("10.0.0.1:65535", "10.0.0.1", 65535);
}

TEST(ListenAddress, ExplainsWhatIsWrong) {
    for (const auto* text : {"", ":", "127.0.0.1:", "127.0.0.1:65536", ":-1", ":80x", "::1:80",
                             "example.com:80", "[::1:80", "256.0.0.1:80"}) {
        EXPECT_THAT(error_of([&] { (void)parse_listen_address(text); }),
                    AllOf(HasSubstr("--listen"), HasSubstr("HOST:PORT")))
            << text;
    }
}

TEST(ListenError, NamesPortAndOption) {
    const auto explain = [](boost::system::errc::errc_t code) {
        return explain_listen_error({"127.0.0.1", 8080},
                                    boost::system::system_error(make_error_code(code)));
    };
    EXPECT_THAT(explain(boost::system::errc::address_in_use),
                AllOf(HasSubstr("8080"), HasSubstr("in use"), HasSubstr("--listen")));
    EXPECT_THAT(explain(boost::system::errc::permission_denied), HasSubstr("--listen"));
    EXPECT_THAT(explain(boost::system::errc::address_not_available), HasSubstr("127.0.0.1"));
}

TEST(Url, IsOneToClickOn) {
    EXPECT_EQ(url_of({"0.0.0.0", 0}, 8080), "http://localhost:8080");
    EXPECT_EQ(url_of({"::", 0}, 8080), "http://localhost:8080");
    EXPECT_EQ(url_of({"::1", 0}, 8080), "http://[::1]:8080");
    EXPECT_EQ(url_of({"127.0.0.1", 0}, 81), "http://127.0.0.1:81");
    EXPECT_EQ(url_of({"127.0.0.1", 0}, 444, "https"), "https://127.0.0.1:444");
}

TEST(CommandLine, NeedsNothing) {
    const auto config = config_of({});
    EXPECT_EQ(config.listen.address, "0.0.0.0");
    EXPECT_EQ(config.listen.port, 8080);
    EXPECT_EQ(config.shards, 0u);
    EXPECT_FALSE(config.redis);
    EXPECT_EQ(config.log_level, socketio::LogLevel::info);
    EXPECT_EQ(config_of({"demo", "--listen", ":1"}).listen.port, 1);
}

TEST(CommandLine, ReadsEveryOption) {
    const auto config = config_of({"--listen", "127.0.0.1:1234", "--shards", "3", "--redis",
                                   "redis://cast:p%40ss@redis:6380/2", "--log-level", "debug"});
    EXPECT_EQ(config.listen.port, 1234);
    EXPECT_EQ(config.shards, 3u);
    ASSERT_TRUE(config.redis);
    EXPECT_EQ(config.redis->options.host, "redis");
    EXPECT_EQ(config.redis->options.user, "cast");
    EXPECT_EQ(config.redis->options.password, "p@ss");
    EXPECT_EQ(config.redis->options.database, 2);
    EXPECT_EQ(config.log_level, socketio::LogLevel::debug);
}

TEST(CommandLine, AddsTheAuthorityToTheUrl) {
    const auto file = testing::TempDir() + "a ca&file.pem";
    std::ofstream(file) << "x";
    for (const auto* url : {"rediss://h:1/2", "rediss://h:1/2?server_name=redis"}) {
        const auto redis = *config_of({"--redis", url, "--redis-ca", file.c_str()}).redis;
        EXPECT_EQ(redis.options.tls.ca_file, file);
        EXPECT_EQ(redis::parse_url(redis.url)->tls.ca_file, file);
        EXPECT_EQ(redis.options.database, 2);
    }
    std::remove(file.c_str());
}

TEST(CommandLine, PrintsVersionAndHelp) {
    const auto version = exit_of({"--version"});
    EXPECT_EQ(version.code, 0);
    EXPECT_EQ(version.text, "chartcast " CHARTCAST_VERSION "\n");
    const auto help = exit_of({"--help"});
    EXPECT_EQ(help.code, 0);
    for (const auto* option :
         {"--listen", "--shards", "--redis", "--redis-ca", "--log-level", "demo"}) {
        EXPECT_THAT(help.text, HasSubstr(option));
    }
    EXPECT_THAT(help.text, HasSubstr("curl http://localhost:8080/charts/pollingChartData"));
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
    for (const auto& arguments :
         std::vector<std::vector<const char*>>{{"--nope"},
                                               {"serve"},
                                               {"--shards", "257"},
                                               {"--shards", "x"},
                                               {"--log-level", "loud"},
                                               {"--listen"},
                                               {"--listen", "nowhere"},
                                               {"--redis", "http://x"},
                                               {"--redis-ca", "/etc/passwd"}}) {
        const auto exit = exit_of(arguments);
        EXPECT_EQ(exit.code, 2) << arguments.front();
        EXPECT_THAT(exit.text, testing::StartsWith("chartcast: ")) << arguments.front();
    }
}

TEST(CommandLine, NeverRepeatsAPassword) {
    for (const auto& arguments : std::vector<std::vector<const char*>>{
             {"--redis", "redis://:s3cret@host:notaport"},
             {"--redis", "rediss://:s3cret@host:6379", "--redis-ca", "/no/such/file"},
             {"--redis", "redis://:s3cret@host:6379", "--redis-ca", "/etc/passwd"},
             {"--redis", "postgres://:s3cret@host"},
             {"redis://:s3cret@host"},
             {"--redsi=redis://:s3cret@host"},
             {"--redsi", "redis://:s3cret@host"}}) {
        const auto exit = exit_of(arguments);
        EXPECT_EQ(exit.code, 2);
        EXPECT_THAT(exit.text, Not(HasSubstr("s3cret"))) << arguments.front();
    }
    EXPECT_THAT(exit_of({"--redis", "redis://:s3cret@host:notaport"}).text, HasSubstr("port"));
}

TEST(ServerOptions, ShowALostConnectionWithinThreeSeconds) {
    const auto options = server_options(config_of({}));
    EXPECT_LE(options.ping_interval + options.ping_timeout, std::chrono::seconds(3));
    EXPECT_TRUE(options.allow_eio3);
    EXPECT_EQ(options.port, 8080);
}

}  // namespace
}  // namespace chartcast::config
