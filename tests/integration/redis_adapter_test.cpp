// The classic adapter and the emitter through a real Redis: two of ours, Node's server and both npm
// emitters, an outage, and what a foreign program publishes.
#include "cluster/classic_adapter.hpp"
#include "cluster/codec/classic_broadcast.hpp"
#include "socketio/emitter.hpp"
#include "socketio/server.hpp"
#include "support/adapter_peer.hpp"
#include "support/child_process.hpp"
#include "support/event_loop.hpp"
#include "support/redis_server.hpp"
#include "support/running_server.hpp"
#include "support/websocket_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <optional>

namespace socketio::cluster {
namespace {

using boost::system::error_code;
using test_support::ChildProcess;
using test_support::RedisServer;
using test_support::RedisServerOptions;
using test_support::run_until;
using testing::HasSubstr;
using testing::Not;

struct Node final : test::AdapterPeer {
    Node(boost::asio::io_context& io, RedisAdapterOptions options, std::string uid,
         std::vector<std::string> namespaces = {"/", "/admin"}, bool wants_every = false)
        : AdapterPeer(io, std::make_shared<ClassicAdapter>(std::move(options), std::move(uid)),
                      std::move(namespaces), wants_every) {}
};

ClusterBroadcast broadcast_of(Args data, std::vector<std::string> rooms = {}) {
    return ClusterBroadcast{"/", std::move(data), Audience{std::move(rooms), {}}, EmitFlags{}};
}

RedisAdapterOptions at(const RedisServer& server) {
    RedisAdapterOptions options;
    options.url = server.url();
    return options;
}

struct RedisAdapter : testing::Test {
    boost::asio::io_context io{1};
};

TEST_F(RedisAdapter, CarriesBroadcastsToTheOtherNodeAndNotBack) {
    RedisServer server({.password = "hunter2"});
    Node a(io, at(server), "aaaaaa");
    Node b(io, at(server), "bbbbbb");
    ASSERT_TRUE(a.wait_ready() && b.wait_ready());
    ClusterBroadcast sent{"/admin",
                          {"e", 1, 2.5, Binary("\x01"), Object{{"k", nullptr}}},
                          Audience{{"r1", "r2"}, {"x"}},
                          EmitFlags{}};
    sent.flags.is_volatile = true;
    sent.flags.compress = false;
    a.adapter->publish(sent);
    ASSERT_TRUE(b.wait_delivered(1));
    const ClusterBroadcast& received = b.delivered[0];
    EXPECT_EQ(received.nsp, "/admin");
    EXPECT_EQ(received.data, sent.data);
    EXPECT_EQ(received.audience.rooms, sent.audience.rooms);
    EXPECT_EQ(received.audience.except, sent.audience.except);
    EXPECT_TRUE(received.flags.is_volatile);
    EXPECT_FALSE(received.flags.compress);
    ASSERT_TRUE(run_until(io, [&] { return a.adapter->status().own == 1; }));
    EXPECT_TRUE(a.delivered.empty());
}

TEST_F(RedisAdapter, KeepsTheOrderOfBroadcasts) {
    RedisServer server;
    Node a(io, at(server), "aaaaaa");
    Node b(io, at(server), "bbbbbb");
    ASSERT_TRUE(a.wait_ready() && b.wait_ready());
    b.join("/", "room");
    for (int i = 0; i < 1'000; ++i) {
        a.adapter->publish(broadcast_of(
            {"n", i}, i % 2 == 0 ? std::vector<std::string>{"room"} : std::vector<std::string>{}));
    }
    ASSERT_TRUE(b.wait_delivered(1'000));
    for (int i = 0; i < 1'000; ++i) {
        ASSERT_EQ(b.delivered[static_cast<std::size_t>(i)].data.at(1), Value(i));
    }
    ASSERT_TRUE(run_until(io, [&] { return a.adapter->status().published == 1'000; }));
}

TEST_F(RedisAdapter, NamesWithTheChannelsOwnSignsReachTheirOwnRoomAlone) {
    RedisServer server;
    const std::vector<std::string> namespaces{"/",   "/a",  "/ab",  "/a#b",
                                              "/a*", "/a?", "/[a]", "/#a"};
    Node a(io, at(server), "aaaaaa", namespaces);
    Node one_by_one(io, at(server), "bbbbbb", namespaces);
    Node all_at_once(io, at(server), "cccccc", namespaces, true);
    ASSERT_TRUE(a.wait_ready() && one_by_one.wait_ready() && all_at_once.wait_ready());
    const std::vector<std::string> rooms{"#",     "##",  "a#",    "#a",
                                         "*",     "a*",  "?",     "[a",
                                         "\\",    "a b", "\r\nx", std::string("\0zero", 5),
                                         "/a#b#", "ü"};
    std::vector<ClusterBroadcast> sent;
    for (const auto& nsp : namespaces) {
        for (const auto& room : rooms) {
            sent.push_back({nsp, {"e", nsp + room}, Audience{{room}, {}}, EmitFlags{}});
        }
        sent.push_back({nsp, {"e", nsp}, Audience{}, EmitFlags{}});
    }
    for (auto* node : {&one_by_one, &all_at_once}) {
        for (const auto& broadcast : sent) {
            for (const auto& room : broadcast.audience.rooms) node->join(broadcast.nsp, room);
        }
    }
    for (const auto& broadcast : sent) a.adapter->publish(broadcast);
    for (auto* node : {&one_by_one, &all_at_once}) {
        ASSERT_TRUE(node->wait_delivered(sent.size()));
        ASSERT_EQ(node->delivered.size(), sent.size()) << "each once";
        for (std::size_t i = 0; i < sent.size(); ++i) {
            EXPECT_EQ(node->delivered[i].nsp, sent[i].nsp);
            EXPECT_EQ(node->delivered[i].data, sent[i].data);
            EXPECT_EQ(node->delivered[i].audience.rooms, sent[i].audience.rooms);
        }
    }
    EXPECT_TRUE(a.delivered.empty());
}

TEST_F(RedisAdapter, FollowsNamespacesThatOpenAndClose) {
    RedisServer server;
    Node a(io, at(server), "aaaaaa");
    Node b(io, at(server), "bbbbbb");
    ASSERT_TRUE(a.wait_ready() && b.wait_ready());
    const ClusterBroadcast late{"/late", {"e"}, {}, {}};
    a.adapter->publish(late);
    b.adapter->on_namespace_opened("/late");
    ASSERT_TRUE(b.wait_ready(2));
    a.adapter->publish(late);
    ASSERT_TRUE(b.wait_delivered(1));
    EXPECT_EQ(b.delivered[0].nsp, "/late");
    b.adapter->on_namespace_closed("/late");
    ASSERT_TRUE(b.wait_ready(3));
    a.adapter->publish(late);
    a.adapter->publish(broadcast_of({"after"}));
    ASSERT_TRUE(b.wait_delivered(2));
    EXPECT_EQ(b.delivered[1].data, Args{"after"});
    EXPECT_THAT(server.cli({"PUBSUB", "NUMPAT"}), HasSubstr("2")) << "of both nodes together";
}

TEST_F(RedisAdapter, GoesOnAfterRedisWasKilledAndRestarted) {
    RedisServer server({.password = "hunter2"});
    Node a(io, at(server), "aaaaaa");
    Node b(io, at(server), "bbbbbb");
    ASSERT_TRUE(a.wait_ready() && b.wait_ready());
    server.kill();
    ASSERT_TRUE(run_until(io, [&] {
        return a.logged("redis disconnected") >= 1 && b.logged("redis disconnected") >= 1;
    }));
    server.start();
    ASSERT_TRUE(a.wait_ready(2) && b.wait_ready(2));
    a.adapter->publish(broadcast_of({"again"}));
    ASSERT_TRUE(b.wait_delivered(1));
    EXPECT_EQ(b.delivered[0].data, Args{"again"});
    for (const std::string& line : a.lines) {
        EXPECT_THAT(line, Not(HasSubstr("hunter2")));
    }
}

/// Ends its adapter as soon as it hears that the others can be reached.
struct Quitter final : test::AdapterPeer {
    Quitter(boost::asio::io_context& context, const RedisServer& server)
        : AdapterPeer(context, std::make_shared<ClassicAdapter>(at(server), "qqqqqq")) {}
    void on_cluster_state(bool is_reached, const std::string& text) override {
        AdapterPeer::on_cluster_state(is_reached, text);
        adapter->stop();
    }
};

TEST_F(RedisAdapter, MayBeStoppedByWhomItTells) {
    RedisServer server;
    Quitter quitter(io, server);
    ASSERT_TRUE(run_until(io, [&] { return !quitter.states.empty(); }));
    EXPECT_EQ(quitter.states, std::vector<bool>{true});
    EXPECT_FALSE(quitter.adapter->status().is_reached);
    quitter.adapter->publish(broadcast_of({"to nobody"}));
    EXPECT_EQ(quitter.adapter->status().published, 0u);
}

TEST_F(RedisAdapter, LogsLossesOnceAndTheirNumberWhenTheyEnd) {
    RedisServer server({.users = {"user app on >secret ~* &* +@all -publish"}});
    RedisAdapterOptions options;
    options.url = "redis://app:secret@127.0.0.1:" + std::to_string(server.port());
    Node node(io, options, "aaaaaa");
    ASSERT_TRUE(node.wait_ready());
    for (int i = 0; i < 5; ++i) {
        node.adapter->publish(broadcast_of({"lost"}));
    }
    ASSERT_TRUE(run_until(io, [&] { return node.adapter->status().lost == 5; }));
    EXPECT_EQ(node.logged("broadcasts do not reach other processes"), 1);
    EXPECT_THAT(node.lines.back(), HasSubstr("NOPERM"));
    server.cli({"ACL", "SETUSER", "app", "+publish"});
    node.adapter->publish(broadcast_of({"heard"}));
    ASSERT_TRUE(run_until(io, [&] { return node.adapter->status().published == 1; }));
    EXPECT_THAT(node.lines.back(), HasSubstr("5 were lost"));
}

TEST_F(RedisAdapter, NamesAWrongPasswordButNotThePassword) {
    RedisServer server({.password = "right"});
    RedisAdapterOptions options;
    options.url = "redis://:hunter2@127.0.0.1:" + std::to_string(server.port());
    Node node(io, options, "aaaaaa");
    ASSERT_TRUE(run_until(io, [&] { return node.logged("redis login refused") >= 1; }));
    EXPECT_THAT(node.lines.back(), HasSubstr("refused the password (WRONGPASS)"));
    EXPECT_THAT(node.lines.back(), Not(HasSubstr("hunter2")));
}

TEST_F(RedisAdapter, CountsAndLogsWhatForeignProgramsPublishAndGoesOn) {
    RedisServer server;
    RedisAdapterOptions options = at(server);
    options.message_bytes_max = 1'000;
    Node node(io, options, "aaaaaa");
    ASSERT_TRUE(node.wait_ready());
    node.join("/", "room");
    redis::Connection foreign(io, redis::parse_url(server.url()).value());
    foreign.start();
    std::string map;
    wire::append_msgpack(map, Object{{"uid", "x"}, {"type", 3}});
    const std::string other = encode_broadcast("bbbbbb", {"/other", {"e"}, {}, {}});
    const std::string good = encode_broadcast("bbbbbb", broadcast_of({"e"}));
    const std::string large =
        encode_broadcast("bbbbbb", broadcast_of({"e", std::string(1'000, 'x')}));
    for (const std::string& payload : {std::string("{}"), std::string(), map, large, other, good}) {
        foreign.command({"PUBLISH", "socket.io#/#", payload});
    }
    foreign.command({"PUBLISH", "socket.io#/#unended", good});
    foreign.command({"PUBLISH", "socket.io#/#room#", good});
    ASSERT_TRUE(node.wait_delivered(2));
    EXPECT_EQ(node.adapter->status().rejected, 4u);
    EXPECT_EQ(node.adapter->status().passed_over, 2u);
    EXPECT_EQ(node.logged("foreign message ignored"), 3) << "the 1st, 2nd and 4th";
}

TEST_F(RedisAdapter, RefusesToSendWhatOthersWouldRefuse) {
    RedisServer server;
    RedisAdapterOptions options = at(server);
    options.message_bytes_max = 1'000;
    Node node(io, options, "aaaaaa");
    node.adapter->publish(broadcast_of({"e", std::string(1'000, 'x')}));
    EXPECT_EQ(node.adapter->status().lost, 1u);
}

TEST_F(RedisAdapter, RefusesAWrongUrlWithoutQuotingIt) {
    try {
        (void)redis_adapter("redis://word:hunter2@host:99999");
        FAIL() << "no exception";
    } catch (const std::invalid_argument& error) {
        EXPECT_THAT(error.what(), HasSubstr("port"));
        EXPECT_THAT(error.what(), Not(HasSubstr("hunter2")));
    }
    const auto one = redis_adapter();
    const auto two = redis_adapter();
    EXPECT_EQ(one->status().name.size(), 6u);
    EXPECT_NE(one->status().name, two->status().name);
}

TEST_F(RedisAdapter, HearsTheCppEmitter) {
    RedisServer server({.password = "hunter2"});
    Node node(io, at(server), "aaaaaa");
    ASSERT_TRUE(node.wait_ready());
    node.join("/", "r");
    {
        const Emitter emitter(io, {.url = server.url(), .key = "socket.io", .on_state = {}});
        emitter.emit("one", 1, "two", Object{{"three", 3}});
        emitter.to("r").except("x").as_volatile().compress(false).emit("two");
        std::optional<std::size_t> servers;
        emitter.of("admin").send("three", {}, [&](error_code ec, std::size_t count) {
            EXPECT_FALSE(ec);
            servers = count;
        });
        EXPECT_THROW(emitter.emit("disconnect"), std::invalid_argument);
        emitter.finish();
        ASSERT_TRUE(node.wait_delivered(3));
        ASSERT_TRUE(run_until(io, [&] { return servers.has_value(); }));
        EXPECT_EQ(*servers, 1u);
    }
    EXPECT_EQ(node.delivered[0].data, (Args{"one", 1, "two", Object{{"three", 3}}}));
    EXPECT_EQ(node.delivered[1].audience.rooms, std::vector<std::string>{"r"});
    EXPECT_EQ(node.delivered[1].audience.except, std::vector<std::string>{"x"});
    EXPECT_TRUE(node.delivered[1].flags.is_volatile);
    EXPECT_FALSE(node.delivered[1].flags.compress);
    EXPECT_EQ(node.delivered[2].nsp, "/admin");
}

TEST_F(RedisAdapter, HearsNamespacesThatItsServerHasNotWhenThatWantsThem) {
    RedisServer server;
    Node node(io, at(server), "aaaaaa", {"/"}, true);
    ASSERT_TRUE(node.wait_ready());
    redis::Connection foreign(io, redis::parse_url(server.url()).value());
    foreign.start();
    const std::string unknown = encode_broadcast("bbbbbb", {"/x", {"unknown"}, {}, {}});
    foreign.command({"PUBLISH", "socket.io#/y#", unknown});
    foreign.command({"PUBLISH", "socket.io#/x#room#", unknown});
    foreign.command({"PUBLISH", "socket.io-request#/#", unknown});
    foreign.command({"PUBLISH", "socket.io#/#", encode_broadcast("bbbbbb", broadcast_of({"e"}))});
    ASSERT_TRUE(node.wait_delivered(2));
    EXPECT_EQ(node.delivered[0].nsp, "/x");
    EXPECT_EQ(node.delivered[1].nsp, "/");
    EXPECT_EQ(node.adapter->status().passed_over, 1u);
    node.adapter->on_namespace_opened("/x");
    node.adapter->on_namespace_closed("/x");
    foreign.command({"PUBLISH", "socket.io#/x#", unknown});
    ASSERT_TRUE(node.wait_delivered(3)) << "once, and also of one that was closed";
}

/// A server with a filter for its root and one for namespaces that it has not.
struct FilteringServer {
    explicit FilteringServer(const RedisServer& redis) : server(options_for(redis)) {
        server.of("/").on_remote_broadcast(
            [](const ClusterBroadcast& broadcast) { return broadcast.data[0] != Value("secret"); });
        server.on_remote_broadcast([this](const ClusterBroadcast& broadcast) {
            unknown.push_back(broadcast.nsp);
            if (broadcast.nsp == "/charts/broken") throw std::runtime_error("kept back");
            if (broadcast.nsp != "/charts/new") return false;
            server.of(broadcast.nsp, [this](Namespace& made) {
                made.on_remote_broadcast([this](const ClusterBroadcast& delivered) {
                    of_new.push_back(delivered.data);
                    return true;
                });
            });
            return true;
        });
    }

    // Shard 0's, but for the promise.
    std::vector<std::string> unknown;
    std::vector<Args> of_new;
    std::promise<void> ready;
    Server server;

private:
    Options options_for(const RedisServer& redis) {
        Options options;
        options.address = "127.0.0.1";
        options.port = 0;
        options.shards = 2;
        options.adapter = redis_adapter(redis.url());
        options.logger = [this](const LogEvent& event) {
            if (event.event == "redis adapter ready" && !was_ready) ready.set_value();
            was_ready = was_ready || event.event == "redis adapter ready";
        };
        return options;
    }
    bool was_ready = false;  ///< Shard 0.
};

TEST_F(RedisAdapter, LetsAServersFiltersKeepBackWhatEmittersSend) {
    RedisServer redis;
    FilteringServer node(redis);
    const test::RunningServer running(node.server);
    node.ready.get_future().wait();
    test::WebSocketClient client(node.server.port());
    client.send_text("40");
    std::vector<std::string> packets;
    const auto read_until = [&](const std::string& wanted) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while ((packets.empty() || !packets.back().starts_with(wanted)) &&
               std::chrono::steady_clock::now() < until) {
            client.read(4'096, [&](std::string_view text) { packets.emplace_back(text); });
        }
    };
    read_until("40");
    std::size_t sent = 0;
    const auto count = [&](error_code ec, std::size_t) { sent += ec ? 0U : 1U; };
    const Emitter emitter(io, {.url = redis.url(), .key = "socket.io", .on_state = {}});
    emitter.send("secret", {}, count);
    emitter.of("/charts/x").send("e", {}, count);
    emitter.of("/charts/broken").send("e", {}, count);
    for (int i = 0; i < 2; ++i) emitter.of("/charts/new").send("e", {i}, count);
    emitter.send("last", {}, count);
    ASSERT_TRUE(run_until(io, [&] { return sent == 6; }));
    packets.clear();
    read_until("42");
    EXPECT_EQ(packets, std::vector<std::string>{R"(42["last"])"});
    std::promise<void> looked;
    node.server.post(0, [&] {
        EXPECT_EQ(node.unknown,
                  (std::vector<std::string>{"/charts/x", "/charts/broken", "/charts/new"}));
        EXPECT_EQ(node.of_new, (std::vector<Args>{{"e", 0}, {"e", 1}}));
        looked.set_value();
    });
    looked.get_future().wait();
}

TEST_F(RedisAdapter, LetsAnEmittersProgramEnd) {
    RedisServer server;
    std::size_t sent = 0;
    const Emitter emitter(io, {.url = server.url(), .key = "socket.io", .on_state = {}});
    for (int i = 0; i < 100; ++i) {
        emitter.send("e", {i}, [&](error_code ec, std::size_t) { sent += ec ? 0U : 1U; });
    }
    emitter.finish();
    io.run();
    EXPECT_EQ(sent, 100u);
}

TEST_F(RedisAdapter, HearsTheNpmEmitter) {
    RedisServer server;
    Node node(io, at(server), "aaaaaa");
    ASSERT_TRUE(node.wait_ready());
    node.join("/", "room1");
    ChildProcess emitter(io, {"node", TESTS_FOLDER "/support/redis_peers.mjs", "emitter",
                              std::to_string(server.port())});
    ASSERT_TRUE(node.wait_delivered(3)) << emitter.output();
    EXPECT_EQ(node.delivered[0].data,
              (Args{"new chart data", Object{{"a", Array{1, 2.5, -129}},
                                             {"when", "1970-01-01T00:00:00.000Z"},
                                             {"none", nullptr}}}));
    EXPECT_EQ(node.delivered[1].data, (Args{"hi", Binary("\xde\xad")}));
    EXPECT_EQ(node.delivered[1].audience.except, (std::vector<std::string>{"x", "y"}));
    EXPECT_TRUE(node.delivered[1].flags.is_volatile);
    EXPECT_EQ(node.delivered[2].nsp, "/admin");
    EXPECT_EQ(node.delivered[2].audience.rooms, (std::vector<std::string>{"a", "b"}));
    EXPECT_FALSE(node.delivered[2].flags.compress);
}

TEST_F(RedisAdapter, HearsTheSeedErasEmitter) {
    RedisServer server;
    Node node(io, at(server), "aaaaaa");
    ASSERT_TRUE(node.wait_ready());
    node.join("/", "room1");
    ChildProcess emitter(io, {"node", TESTS_FOLDER "/support/redis_peers.mjs", "old-emitter",
                              std::to_string(server.port())});
    ASSERT_TRUE(node.wait_delivered(3)) << emitter.output();
    EXPECT_EQ(node.delivered[0].data, (Args{"new chart data", Object{{"a", Array{1, 2, 3}}}}));
    EXPECT_EQ(node.delivered[1].data, (Args{"hi", Binary("\xde\xad")}));
    EXPECT_EQ(node.delivered[1].audience.rooms, std::vector<std::string>{"room1"});
    EXPECT_TRUE(node.delivered[1].flags.is_volatile);
    EXPECT_EQ(node.delivered[2].nsp, "/admin");
    EXPECT_EQ(node.delivered[2].data, (Args{"x", nullptr}));
}

TEST_F(RedisAdapter, TalksWithANodeServerBothWays) {
    RedisServer server;
    Node node(io, at(server), "aaaaaa");
    ASSERT_TRUE(node.wait_ready());
    node.join("/", "room1");
    ChildProcess peer(io, {"node", TESTS_FOLDER "/support/redis_peers.mjs", "server",
                           std::to_string(server.port())});
    ASSERT_TRUE(run_until(io, [&] { return peer.printed("ready"); })) << peer.output();
    node.adapter->publish(broadcast_of({"nobody hears this"}, {"room2"}));
    node.adapter->publish(
        broadcast_of({"question", -129, 2.5, "日本", Array{nullptr, true}}, {"room1"}));
    ASSERT_TRUE(node.wait_delivered(1)) << peer.output();
    EXPECT_EQ(node.delivered[0].data, (Args{"node says", -129, 2.5, "日本", Array{nullptr, true}}));
    EXPECT_EQ(node.delivered[0].audience.rooms, std::vector<std::string>{"room1"});
    const Emitter emitter(io, {.url = server.url(), .key = "socket.io", .on_state = {}});
    emitter.to("room1").emit("from the emitter", 1e300);
    ASSERT_TRUE(run_until(io, [&] { return peer.printed(R"(["from the emitter",1e+300])"); }))
        << peer.output();
    EXPECT_THAT(peer.output(), Not(HasSubstr("nobody hears this")));
}

}  // namespace
}  // namespace socketio::cluster
