// The emitter against a real Redis: what arrives there, what waits while it is away, what is refused.
#include "socketio/emitter.hpp"

#include "support/event_loop.hpp"
#include "support/redis_server.hpp"
#include <redis/error.hpp>
#include <redis/subscriber.hpp>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using test_support::RedisServer;
using test_support::run_until;
using testing::ElementsAre;
using testing::HasSubstr;

using Adapter = EmitterOptions::Adapter;

/// What a server subscribed to these channels hears, as "channel payload".
class Ear {
public:
    Ear(boost::asio::io_context& io, const RedisServer& server,
        const std::vector<std::string>& channels, bool sharded)
        : io_(io), subscriber_(io, redis::parse_url(server.url()).value()) {
        subscriber_.on_message([this](const redis::Message& message) {
            heard.push_back(std::string(message.channel) + " " + std::string(message.payload));
        });
        for (const std::string& channel : channels) {
            const error_code ec =
                sharded ? subscriber_.ssubscribe(channel) : subscriber_.subscribe(channel);
            EXPECT_FALSE(ec);
        }
        subscriber_.start();
    }

    bool wait_ready() {
        return run_until(io_, [&] { return subscriber_.ready(); });
    }
    bool wait_heard(std::size_t count) {
        return run_until(io_, [&] { return heard.size() >= count; });
    }

    std::vector<std::string> heard;

private:
    boost::asio::io_context& io_;
    redis::Subscriber subscriber_;
};

struct EmitterTest : testing::Test {
    Emitter::OnSent note() {
        return [this](error_code ec, std::size_t servers) {
            results.push_back(ec);
            heard_by.push_back(servers);
        };
    }
    bool wait_results(std::size_t count) {
        return run_until(io, [&] { return results.size() >= count; });
    }

    EmitterOptions at(const std::string& url, Adapter adapter = Adapter::classic) {
        EmitterOptions options;
        options.url = url;
        options.adapter = adapter;
        options.on_refused = [this](const std::string& text) { refusals.push_back(text); };
        return options;
    }

    boost::asio::io_context io{1};
    std::vector<error_code> results;
    std::vector<std::size_t> heard_by;
    std::vector<std::string> refusals;
};

TEST_F(EmitterTest, TellsServersOfTheClassicAdapterEverything) {
    RedisServer server({.password = "hunter2"});
    Ear ear(io, server, {"socket.io#/#r#", "socket.io#/#", "socket.io-request#/#"}, false);
    ASSERT_TRUE(ear.wait_ready());
    const Emitter emitter(io, at(server.url()));
    emitter.in("r").send("e", {1}, note());
    emitter.to({std::string("a"), std::string("b")}).as_volatile().emit("two rooms");
    emitter.to("r").except("x").sockets_join({"j"}, note());
    emitter.sockets_leave({"j", "k"}, note());
    emitter.in("r").disconnect_sockets(true, note());
    emitter.server_side_emit("job", 7, "x");
    ASSERT_TRUE(ear.wait_heard(6));
    EXPECT_THAT(ear.heard[0], HasSubstr("socket.io#/#r# "));
    EXPECT_THAT(ear.heard[1], HasSubstr("socket.io#/# "));
    EXPECT_THAT(ear.heard[1], HasSubstr("volatile"));
    EXPECT_EQ(
        ear.heard[2],
        R"(socket.io-request#/# {"type":2,"opts":{"rooms":["r"],"except":["x"]},"rooms":["j"]})");
    EXPECT_EQ(
        ear.heard[3],
        R"(socket.io-request#/# {"type":3,"opts":{"rooms":[],"except":[]},"rooms":["j","k"]})");
    EXPECT_EQ(ear.heard[4],
              R"(socket.io-request#/# {"type":4,"opts":{"rooms":["r"],"except":[]},"close":true})");
    EXPECT_EQ(ear.heard[5],
              R"(socket.io-request#/# {"uid":"emitter","type":6,"data":["job",7,"x"]})");
    ASSERT_TRUE(wait_results(4));
    EXPECT_THAT(results, testing::Each(error_code()));
    EXPECT_THAT(heard_by, testing::Each(1u));
}

TEST_F(EmitterTest, TellsServersOfTheShardedAdapter) {
    RedisServer server;
    Ear ear(io, server, {"socket.io#/n#"}, true);
    ASSERT_TRUE(ear.wait_ready());
    const Emitter emitter = Emitter(io, at(server.url(), Adapter::sharded)).of("n");
    emitter.to("r").send("e", {1}, note());
    emitter.disconnect_sockets();
    ASSERT_TRUE(ear.wait_heard(2));
    EXPECT_EQ(ear.heard[0],
              R"(socket.io#/n# {"type":3,"data":{"packet":{"type":2,"data":["e",1]},"opts":)"
              R"({"rooms":["r"],"except":[],"flags":{}}},"uid":"emitter","nsp":"/n"})");
    EXPECT_EQ(ear.heard[1],
              R"(socket.io#/n# {"type":6,"data":{"opts":{"rooms":[],"except":[],"flags":{}},)"
              R"("close":false},"uid":"emitter","nsp":"/n"})");
    ASSERT_TRUE(wait_results(1));
    EXPECT_THAT(heard_by, ElementsAre(1u));
}

TEST_F(EmitterTest, WritesIntoTheStream) {
    RedisServer server;
    EmitterOptions options = at(server.url(), Adapter::streams);
    options.key = "mine";
    options.stream_length_max = 50;
    const Emitter emitter(io, std::move(options));
    for (int i = 0; i < 500; ++i) emitter.send("e", {i}, note());
    emitter.sockets_join({"r"}, note());
    ASSERT_TRUE(wait_results(501));
    EXPECT_THAT(results, testing::Each(error_code()));
    // Redis cuts whole nodes of 100 entries.
    EXPECT_LT(std::stoi(server.cli({"XLEN", "mine"})), 300);
    const std::string last = server.cli({"XREVRANGE", "mine", "+", "-", "COUNT", "1"});
    EXPECT_THAT(last, HasSubstr(R"({"opts":{"rooms":[],"except":[],"flags":{}},"rooms":["r"]})"));
}

TEST_F(EmitterTest, BoundsWhatWaitsForRedis) {
    const std::string url = "redis://127.0.0.1:" + std::to_string(test_support::free_port());
    EmitterOptions options = at(url);
    options.pending_max = 2;
    options.pending_age_max = 300ms;
    const Emitter emitter(io, std::move(options));
    for (int i = 0; i < 3; ++i) emitter.send("e", {i}, note());
    EXPECT_TRUE(results.empty()) << "called from inside of send()";
    ASSERT_TRUE(wait_results(1));
    EXPECT_EQ(results[0], redis::errc::queue_full);
    EXPECT_EQ(emitter.pending(), 2u);
    ASSERT_TRUE(wait_results(3));
    EXPECT_EQ(results[1], redis::errc::expired);
    EXPECT_EQ(results[2], redis::errc::expired);
    EXPECT_EQ(emitter.pending(), 0u);
}

TEST_F(EmitterTest, SendsWhatWaitedOnceRedisIsBack) {
    RedisServer server;
    bool connected = false;
    std::vector<std::string> told;
    EmitterOptions options = at(server.url());
    options.on_state = [&](bool is_connected, const std::string& text) {
        connected = is_connected;
        told.push_back(text);
    };
    const Emitter emitter(io, std::move(options));
    ASSERT_TRUE(run_until(io, [&] { return connected; }));
    server.kill();
    ASSERT_TRUE(run_until(io, [&] { return !connected; }));
    for (int i = 0; i < 3; ++i) emitter.send("e", {i}, note());
    EXPECT_EQ(emitter.pending(), 3u);
    server.start();
    ASSERT_TRUE(wait_results(3));
    EXPECT_THAT(results, testing::Each(error_code()));
    EXPECT_THAT(told, testing::Contains(HasSubstr(std::to_string(server.port()))));
}

TEST_F(EmitterTest, LetsTheProgramEnd) {
    RedisServer server;
    const Emitter emitter(io, at(server.url(), Adapter::streams));
    for (int i = 0; i < 10; ++i) emitter.send("e", {i}, note());
    emitter.finish();
    io.run();
    EXPECT_EQ(results.size(), 10u);
    EXPECT_THAT(results, testing::Each(error_code()));
}

TEST_F(EmitterTest, SaysWhatTheAclUserLacks) {
    RedisServer server({.users = {"user app on >secret ~* &other* +@all"}});
    const Emitter emitter(io, at("redis://app:secret@127.0.0.1:" + std::to_string(server.port())));
    emitter.send("e", {}, note());
    emitter.send("e", {}, note());
    ASSERT_TRUE(wait_results(2));
    EXPECT_THAT(results, testing::Each(error_code(redis::errc::no_permission)));
    ASSERT_EQ(refusals.size(), 1u) << "the same words once";
    EXPECT_THAT(refusals[0], HasSubstr("NOPERM"));
    EXPECT_THAT(refusals[0], HasSubstr("&socket.io#*"));
}

TEST_F(EmitterTest, SaysThatAKeyIsNoStream) {
    RedisServer server;
    server.cli({"SET", "socket.io", "x"});
    const Emitter emitter(io, at(server.url(), Adapter::streams));
    emitter.send("e", {}, note());
    ASSERT_TRUE(wait_results(1));
    EXPECT_EQ(results[0], redis::errc::server_error);
    ASSERT_EQ(refusals.size(), 1u);
    EXPECT_THAT(refusals[0], HasSubstr("is no stream"));
}

TEST_F(EmitterTest, RefusesWhatMakesNoSense) {
    const Emitter emitter(io, at("redis://127.0.0.1:1"));
    for (const char* event : {"connect", "disconnect", "newListener"}) {
        EXPECT_THROW(emitter.emit(event), std::invalid_argument) << event;
    }
    for (const char* event : {"connect", "connection", "new_namespace"}) {
        EXPECT_THROW(emitter.server_side_emit(event), std::invalid_argument) << event;
    }
    EXPECT_NO_THROW(emitter.emit("connection"));
    EXPECT_NO_THROW(emitter.server_side_emit("disconnect"));
    EmitterOptions empty_stream = at("redis://127.0.0.1:1", Adapter::streams);
    empty_stream.stream_length_max = 0;
    EXPECT_THROW(Emitter(io, empty_stream), std::invalid_argument);
}

}  // namespace
}  // namespace socketio
