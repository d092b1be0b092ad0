// What servers ask each other over the classic adapter, through a real Redis: among ours, with Node's server both
// ways, with servers that do not answer, and without Redis.
#include "cluster/classic_adapter.hpp"
#include "cluster/codec/classic_broadcast.hpp"
#include "support/adapter_peer.hpp"
#include "support/child_process.hpp"
#include "support/event_loop.hpp"
#include "support/recorded_questions.hpp"
#include "support/redis_server.hpp"
#include <redis/connection.hpp>
#include <redis/subscriber.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

using test::RecordedBroadcast;
using test::RecordedFetch;
using test::RecordedServerSide;
using test_support::ChildProcess;
using test_support::RedisServer;
using test_support::run_until;
using testing::Contains;
using testing::UnorderedElementsAre;

/// Long enough for a slow machine where a server does answer.
constexpr std::chrono::milliseconds patient{20'000};
constexpr std::chrono::milliseconds impatient{500};

struct Server final : test::AdapterPeer {
    Server(boost::asio::io_context& io, RedisAdapterOptions options, const std::string& uid)
        : AdapterPeer(io, std::make_shared<ClassicAdapter>(std::move(options), uid)) {
        add_socket("client of " + uid, {"room1"});
        sockets.back().data = Object{{"server", uid}};
        client_answers = {uid + " 1", uid + " 2"};
        room_names = {"room1", "room2"};
        join("/", "client of " + uid);
        join("/", "room1");
    }
};

RedisAdapterOptions options_for(const RedisServer& redis,
                                std::chrono::milliseconds patience = patient) {
    RedisAdapterOptions options;
    options.url = redis.url();
    options.answer_patience = patience;
    return options;
}

/// Subscribes to the requests as a server does, and answers only what it is told to.
class SilentServer {
public:
    SilentServer(boost::asio::io_context& io, const RedisServer& redis, std::string uid = {})
        : uid_(std::move(uid)),
          subscriber_(io, redis::parse_url(redis.url()).value()),
          connection_(io, redis::parse_url(redis.url()).value()) {
        subscriber_.on_ready([this] { is_ready = true; });
        subscriber_.on_message([this](const redis::Message& message) {
            ++heard;
            auto request = decode_request(message.payload);
            if (!answers || !request.has_value() || !*request) return;
            ClassicResponse response{ClassicResponse::Kind::sockets, (*request)->request_id, uid_,
                                     Array(), 0};
            if ((*request)->type == ClassicType::broadcast) {
                response.kind = ClassicResponse::Kind::client_count;
                response.clients = 1;
            }
            connection_.command({"PUBLISH", "socket.io-response#/#", encode_response(response)});
        });
        (void)subscriber_.subscribe("socket.io-request#/#");
        subscriber_.start();
        connection_.start();
    }

    bool answers = false;
    bool is_ready = false;
    int heard = 0;

private:
    std::string uid_;
    redis::Subscriber subscriber_;
    redis::Connection connection_;
};

struct RedisRequests : testing::Test {
    boost::asio::io_context io{1};
};

struct RedisRequestsOnEitherChannel : testing::TestWithParam<bool> {
    boost::asio::io_context io{1};
};

TEST_P(RedisRequestsOnEitherChannel, AreAnsweredByAllOthers) {
    RedisServer redis;
    RedisAdapterOptions options = options_for(redis);
    options.publish_on_specific_response_channel = GetParam();
    Server a(io, options, "aaaaaa");
    Server b(io, options, "bbbbbb");
    Server c(io, options, "cccccc");
    ASSERT_TRUE(a.wait_ready() && b.wait_ready() && c.wait_ready());

    const auto fetch = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", {}, fetch);
    const auto side = std::make_shared<RecordedServerSide>();
    a.adapter->server_side_emit({"/", {"whoami", Binary("\x01")}}, side);
    const auto ask = std::make_shared<RecordedBroadcast>();
    ClusterBroadcast question{"/", {"q", 41}, Audience{{"room1"}, {"x"}}, {}};
    question.flags.compress = false;
    a.adapter->ask(question, std::chrono::seconds(20), ask);
    ASSERT_TRUE(
        run_until(io, [&] { return fetch->is_done() && side->is_done() && ask->is_done(); }));

    EXPECT_EQ(fetch->expected, 2u);
    EXPECT_THAT(fetch->names(), UnorderedElementsAre("bbbbbb", "cccccc"));
    ASSERT_EQ(fetch->sockets().size(), 2u);
    for (const SocketDetails& socket : fetch->sockets()) {
        EXPECT_EQ(socket.rooms, (std::vector<std::string>{socket.id, "room1"}));
        EXPECT_EQ("client of " + socket.data.as_object().find("server")->as_string(), socket.id);
    }
    EXPECT_THAT(side->values(), UnorderedElementsAre(Value("bbbbbb"), Value("cccccc")));
    EXPECT_EQ(b.server_side.at(0).data, (Args{"whoami", Binary("\x01")}));
    EXPECT_EQ(ask->clients(), 4u);
    EXPECT_THAT(ask->values(), UnorderedElementsAre(Value("bbbbbb 1"), Value("bbbbbb 2"),
                                                    Value("cccccc 1"), Value("cccccc 2")));
    EXPECT_EQ(b.asked.at(0).data, (Args{"q", 41}));
    EXPECT_EQ(b.asked.at(0).audience.except, std::vector<std::string>{"x"});
    EXPECT_FALSE(b.asked.at(0).flags.compress);
    EXPECT_TRUE(a.asked.empty() && a.server_side.empty() && a.fetches.empty());
    EXPECT_TRUE(fetch->gone_servers.empty() && side->gone_servers.empty() &&
                ask->gone_servers.empty());
    EXPECT_EQ(a.adapter->status().servers, 2u);
    EXPECT_EQ(a.adapter->status().rejected, 0u);
    // Others hear an answer only where it goes to all.
    ASSERT_TRUE(run_until(io, [&] { return GetParam() || b.adapter->status().passed_over > 0; }));
}

INSTANTIATE_TEST_SUITE_P(Of, RedisRequestsOnEitherChannel, testing::Bool());

TEST_F(RedisRequests, FetchOnlyWhoIsMeant) {
    RedisServer redis;
    Server a(io, options_for(redis), "aaaaaa");
    Server b(io, options_for(redis), "bbbbbb");
    ASSERT_TRUE(a.wait_ready() && b.wait_ready());
    const auto fetch = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", Audience{{"client of bbbbbb"}, {}}, fetch);
    const auto nobody = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", Audience{{"elsewhere"}, {}}, nobody);
    ASSERT_TRUE(run_until(io, [&] { return fetch->is_done() && nobody->is_done(); }));
    EXPECT_EQ(fetch->sockets().size(), 1u);
    EXPECT_TRUE(nobody->sockets().empty());
}

TEST_F(RedisRequests, OfAServerThatIsAloneAreNotPublished) {
    RedisServer redis;
    Server a(io, options_for(redis), "aaaaaa");
    ASSERT_TRUE(a.wait_ready());
    const auto fetch = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", {}, fetch);
    const auto side = std::make_shared<RecordedServerSide>();
    a.adapter->server_side_emit({"/", {"e"}}, side);
    ASSERT_TRUE(run_until(io, [&] { return fetch->is_done() && side->is_done(); }));
    EXPECT_EQ(fetch->expected, 0u);
    EXPECT_EQ(side->expected, 0u);
    EXPECT_EQ(a.adapter->status().spared, 1u);
    EXPECT_TRUE(a.server_side.empty());
}

TEST_F(RedisRequests, OperateOnAllServersInOneOrder) {
    RedisServer redis;
    Server a(io, options_for(redis), "aaaaaa");
    Server b(io, options_for(redis), "bbbbbb");
    ASSERT_TRUE(a.wait_ready() && b.wait_ready());
    const Audience audience{{"room1"}, {"x"}};
    using Kind = ClusterSurgery::Kind;
    const std::vector<ClusterSurgery> sent{{Kind::join, "/", audience, {"r1", "r2"}},
                                           {Kind::leave, "/", audience, {"r1"}},
                                           {Kind::disconnect, "/", audience, {}},
                                           {Kind::disconnect_and_close, "/admin", {}, {}}};
    for (const ClusterSurgery& surgery : sent) a.adapter->operate(surgery);
    EXPECT_TRUE(a.operated.empty()) << "not before Redis brings them back";
    ASSERT_TRUE(run_until(io, [&] { return a.operated.size() == 4 && b.operated.size() == 4; }));
    for (const Server* server : {&a, &b}) {
        for (std::size_t i = 0; i < sent.size(); ++i) {
            EXPECT_EQ(server->operated[i].kind, sent[i].kind);
            EXPECT_EQ(server->operated[i].nsp, sent[i].nsp);
            EXPECT_EQ(server->operated[i].audience.rooms, sent[i].audience.rooms);
            EXPECT_EQ(server->operated[i].audience.except, sent[i].audience.except);
            EXPECT_EQ(server->operated[i].rooms, sent[i].rooms);
        }
    }
}

TEST_F(RedisRequests, WithoutRedisOperateHereAndFailAtOnce) {
    RedisServer redis;
    Server a(io, options_for(redis), "aaaaaa");
    ASSERT_TRUE(a.wait_ready());
    redis.kill();
    // What is under way when the connection breaks is executed when that is noticed.
    a.adapter->operate({ClusterSurgery::Kind::join, "/", {}, {"r"}});
    ASSERT_TRUE(run_until(io, [&] { return !a.adapter->status().is_reached; }));
    EXPECT_EQ(a.states, (std::vector<bool>{true, false}));
    ASSERT_EQ(a.operated.size(), 1U);
    // Commands and messages have a connection each.
    ASSERT_TRUE(run_until(io, [&] { return a.logged("redis disconnected") == 2; }));
    a.adapter->operate({ClusterSurgery::Kind::join, "/", {}, {"r"}});
    ASSERT_EQ(a.operated.size(), 2U);
    EXPECT_GE(a.adapter->status().lost, 1u);
    const auto fetch = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", {}, fetch);
    ASSERT_TRUE(run_until(io, [&] { return fetch->is_done(); }));
    EXPECT_TRUE(fetch->failure);
    redis.start();
    ASSERT_TRUE(a.wait_ready(2));
    const auto again = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", {}, again);
    ASSERT_TRUE(run_until(io, [&] { return again->is_done(); }));
    EXPECT_FALSE(again->failure);
    EXPECT_EQ(a.operated.size(), 2u);
}

TEST_F(RedisRequests, DoNotWaitForAServerThatIsGone) {
    RedisServer redis;
    Server a(io, options_for(redis, impatient), "aaaaaa");
    Server b(io, options_for(redis), "bbbbbb");
    SilentServer frozen(io, redis);
    ASSERT_TRUE(a.wait_ready() && b.wait_ready());
    ASSERT_TRUE(run_until(io, [&] { return frozen.is_ready; }));
    const auto fetch = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", {}, fetch);
    const auto side = std::make_shared<RecordedServerSide>();
    a.adapter->server_side_emit({"/", {"whoami"}}, side);
    const auto ask = std::make_shared<RecordedBroadcast>();
    a.adapter->ask({"/", {"q"}, {}, {}}, std::chrono::seconds(20), ask);
    ASSERT_TRUE(
        run_until(io, [&] { return fetch->is_done() && side->is_done() && ask->is_done(); }));
    for (const auto& missing : {fetch->gone_servers, side->gone_servers, ask->gone_servers}) {
        EXPECT_EQ(missing, std::vector<std::string>{""});
    }
    EXPECT_EQ(fetch->expected, 2u);
    EXPECT_EQ(fetch->sockets().size(), 1u);
    EXPECT_EQ(side->values().size(), 1u);
    EXPECT_EQ(ask->values().size(), 2u);
}

TEST_F(RedisRequests, NameAServerThatIsGoneIfItHasToldItsName) {
    RedisServer redis;
    Server a(io, options_for(redis, impatient), "aaaaaa");
    SilentServer frozen(io, redis, "ffffff");
    ASSERT_TRUE(a.wait_ready());
    ASSERT_TRUE(run_until(io, [&] { return frozen.is_ready; }));
    frozen.answers = true;
    const auto first = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", {}, first);
    ASSERT_TRUE(run_until(io, [&] { return first->is_done(); }));
    EXPECT_TRUE(first->gone_servers.empty());
    frozen.answers = false;
    const auto second = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", {}, second);
    ASSERT_TRUE(run_until(io, [&] { return second->is_done(); }));
    EXPECT_EQ(second->gone_servers, std::vector<std::string>{"ffffff"});
}

TEST_F(RedisRequests, DoNotWaitForClientsOfAServerThatIsGone) {
    for (const char* uid : {"", "ffffff"}) {
        RedisServer redis;
        Server a(io, options_for(redis, impatient), "aaaaaa");
        SilentServer frozen(io, redis, uid);
        ASSERT_TRUE(a.wait_ready());
        ASSERT_TRUE(run_until(io, [&] { return frozen.is_ready; }));
        frozen.answers = true;
        const auto ask = std::make_shared<RecordedBroadcast>();
        a.adapter->ask({"/", {"q"}, {}, {}}, std::chrono::seconds(20), ask);
        ASSERT_TRUE(run_until(io, [&] { return ask->clients() == 1 && ask->expected; }));
        EXPECT_TRUE(ask->gone_servers.empty());
        frozen.answers = false;
        ASSERT_TRUE(run_until(io, [&] { return !ask->gone_servers.empty(); }));
        EXPECT_EQ(ask->gone_servers, std::vector<std::string>{uid});
    }
}

TEST_F(RedisRequests, WaitForAServerThatIsBusy) {
    RedisServer redis;
    Server a(io, options_for(redis, impatient), "aaaaaa");
    Server b(io, options_for(redis), "bbbbbb");
    SilentServer monitor(io, redis);
    monitor.answers = true;
    ASSERT_TRUE(a.wait_ready() && b.wait_ready());
    ASSERT_TRUE(run_until(io, [&] { return monitor.is_ready; }));
    b.holds_fetches = true;
    const auto fetch = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", {}, fetch);
    // The question and two probes.
    ASSERT_TRUE(run_until(io, [&] { return monitor.heard >= 3; }));
    EXPECT_FALSE(fetch->is_done());
    ASSERT_EQ(b.fetches.size(), 1u);
    b.fetches[0]();
    ASSERT_TRUE(run_until(io, [&] { return fetch->is_done(); }));
    EXPECT_TRUE(fetch->gone_servers.empty());
    EXPECT_EQ(fetch->sockets().size(), 1u);
}

TEST_F(RedisRequests, OfOtherKindsAreCountedAndDoNoHarm) {
    RedisServer redis;
    Server a(io, options_for(redis), "aaaaaa");
    ASSERT_TRUE(a.wait_ready());
    redis::Connection foreign(io, redis::parse_url(redis.url()).value());
    foreign.start();
    const auto publish = [&](std::string_view channel,
                             std::initializer_list<std::string_view> all) {
        for (const std::string_view message : all) foreign.command({"PUBLISH", channel, message});
    };
    // Of the seed era, or to nobody here.
    publish("socket.io-request#/#",
            {R"({"requestid":"A7RP1o","type":3,"sid":"client of aaaaaa","room":"r9"})",
             R"({"requestid":"xkD5nE","type":5,"data":"x"})",
             R"({"requestId":"r","type":2,"sid":"nobody","room":"r9"})", R"({"type":77})"});
    publish("socket.io-response#/#",
            {R"({"requestid":"A7RP1o"})", R"({"requestId":"r","sockets":[]})"});
    // No messages of this protocol.
    publish("socket.io-request#/#", {"", "{", "[]", "\xc1", R"({"type":5,"requestId":"a"})"});
    publish("socket.io-response#/#", {"", "{", "{}", R"({"requestId":"a","type":8})"});
    // What is one after all of it.
    publish("socket.io-request#/#",
            {R"({"requestId":"r","type":2,"sid":"client of aaaaaa","room":"r9"})",
             R"({"type":3,"opts":{"rooms":[],"except":[]},"rooms":["r8"]})"});
    ASSERT_TRUE(run_until(io, [&] { return a.operated.size() == 2; }));
    EXPECT_EQ(a.operated[0].audience.rooms, std::vector<std::string>{"client of aaaaaa"});
    EXPECT_EQ(a.operated[0].rooms, std::vector<std::string>{"r9"});
    EXPECT_EQ(a.operated[1].kind, ClusterSurgery::Kind::leave);
    ASSERT_TRUE(run_until(io, [&] { return a.adapter->status().own == 1; })) << "its own answer";
    EXPECT_EQ(a.adapter->status().passed_over, 6u);
    EXPECT_EQ(a.adapter->status().rejected, 9u);
    EXPECT_EQ(a.adapter->status().received, 2u);
}

TEST_F(RedisRequests, SpareDecodingWhatIsForNobodyHere) {
    RedisServer redis;
    Server a(io, options_for(redis), "aaaaaa");
    Server b(io, options_for(redis), "bbbbbb");
    ASSERT_TRUE(a.wait_ready() && b.wait_ready());
    const auto to = [](std::string room) {
        return ClusterBroadcast{"/", {"to", room}, Audience{{std::move(room)}, {}}, {}};
    };
    a.adapter->publish(to("empty"));
    a.adapter->publish(to("room1"));
    ASSERT_TRUE(b.wait_delivered(1));
    EXPECT_EQ(b.delivered[0].data.at(1), Value("room1"));
    EXPECT_EQ(b.adapter->status().passed_over, 1u);
    b.adapter->on_room("/", "room1", false, false);
    b.join("/", "empty");
    a.adapter->publish(to("room1"));
    a.adapter->publish(to("empty"));
    ASSERT_TRUE(b.wait_delivered(2));
    EXPECT_EQ(b.delivered[1].data.at(1), Value("empty"));
    EXPECT_EQ(b.adapter->status().passed_over, 2u);
    b.wants_every_room_of_new = true;
    b.adapter->on_namespace_opened("/watched");
    ASSERT_TRUE(b.wait_ready(2));
    a.adapter->publish({"/watched", {"e"}, Audience{{"empty"}, {}}, {}});
    ASSERT_TRUE(b.wait_delivered(3));
}

struct WithNode : RedisRequests {
    RedisServer redis;
    ChildProcess node{
        io,
        {"node", TESTS_FOLDER "/support/redis_peers.mjs", "server", std::to_string(redis.port())}};

    [[nodiscard]] bool wait_printed(const std::string& line) {
        return run_until(io, [&] { return node.printed(line); });
    }
};

TEST_F(WithNode, AreAnsweredByIt) {
    Server a(io, options_for(redis), "aaaaaa");
    ASSERT_TRUE(a.wait_ready() && wait_printed("ready")) << node.output();
    const auto fetch = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", Audience{{"room1"}, {}}, fetch);
    const auto side = std::make_shared<RecordedServerSide>();
    a.adapter->server_side_emit({"/", {"whoami"}}, side);
    const auto ask = std::make_shared<RecordedBroadcast>();
    a.adapter->ask({"/", {"q", 7}, {}, {}}, std::chrono::seconds(20), ask);
    ASSERT_TRUE(run_until(io, [&] {
        return fetch->is_done() && side->is_done() && ask->is_done();
    })) << node.output();
    const std::vector<SocketDetails> sockets = fetch->sockets();
    ASSERT_EQ(sockets.size(), 1u);
    const SocketDetails& socket = sockets[0];
    EXPECT_THAT(socket.rooms, Contains("room1"));
    EXPECT_EQ(socket.handshake.query.get("EIO"), "4");
    EXPECT_GT(socket.handshake.issued.time_since_epoch().count(), 0);
    EXPECT_EQ(side->values(), std::vector<Value>{"node"});
    EXPECT_EQ(ask->values(), std::vector<Value>{"client says 7"});

    a.adapter->server_side_emit({"/", {"noted", Binary("\x01"), 2}}, nullptr);
    EXPECT_TRUE(wait_printed(R"(["noted",{"type":"Buffer","data":[1]},2])")) << node.output();
    a.adapter->operate({ClusterSurgery::Kind::join, "/", Audience{{"room1"}, {}}, {"late"}});
    const auto late = std::make_shared<RecordedFetch>();
    a.adapter->fetch("/", Audience{{"late"}, {}}, late);
    ASSERT_TRUE(run_until(io, [&] { return late->is_done(); }));
    EXPECT_EQ(late->sockets().size(), 1u);
}

TEST_F(WithNode, AreAskedByIt) {
    Server a(io, options_for(redis), "aaaaaa");
    ASSERT_TRUE(a.wait_ready() && wait_printed("ready")) << node.output();
    const auto run = [&](const char* what) {
        a.adapter->server_side_emit({"/", {"run", what}}, nullptr);
    };
    run("fetch");
    EXPECT_TRUE(
        wait_printed(R"(["fetch",[["client",2,{}],["client of aaaaaa",2,{"server":"aaaaaa"}]]])"))
        << node.output();
    run("ask");
    EXPECT_TRUE(wait_printed(R"(["ask",["aaaaaa 1","aaaaaa 2","client says 41"]])"))
        << node.output();
    run("side");
    EXPECT_TRUE(wait_printed(R"(["side",["aaaaaa"]])")) << node.output();
    run("rooms");
    EXPECT_TRUE(wait_printed(R"(["rooms",["room1","room2"]])")) << node.output();
    for (const char* what : {"note", "join", "leave", "disconnect"}) run(what);
    ASSERT_TRUE(run_until(io, [&] { return a.operated.size() == 3; })) << node.output();
    EXPECT_EQ(a.operated[0].rooms, std::vector<std::string>{"y"});
    EXPECT_EQ(a.operated[1].audience.except, std::vector<std::string>{"z"});
    EXPECT_EQ(a.operated[2].kind, ClusterSurgery::Kind::disconnect_and_close);
    EXPECT_EQ(a.server_side.back().data, (Args{"noted", Object{{"a", 1}}}));
    EXPECT_EQ(a.adapter->status().rejected, 0u);
}

TEST_F(WithNode, AreAskedByItOnTheChannelOfTheAsker) {
    RedisAdapterOptions options = options_for(redis);
    options.publish_on_specific_response_channel = true;
    Server a(io, options, "aaaaaa");
    ASSERT_TRUE(a.wait_ready() && wait_printed("ready")) << node.output();
    a.adapter->server_side_emit({"/", {"run", "rooms"}}, nullptr);
    EXPECT_TRUE(wait_printed(R"(["rooms",["room1","room2"]])")) << node.output();
}

}  // namespace
}  // namespace socketio::cluster
