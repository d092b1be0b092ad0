// The sharded adapter through a real Redis: broadcasts by room channels, questions, servers that do not answer, an
// outage, foreign messages, and Node's own.
#include "cluster/sharded_adapter.hpp"

#include "support/adapter_peer.hpp"
#include "support/child_process.hpp"
#include "support/event_loop.hpp"
#include "support/recorded_questions.hpp"
#include "support/redis_server.hpp"
#include <redis/deployment.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace socketio::cluster {
namespace {

using namespace std::chrono_literals;
using test::AdapterPeer;
using test_support::ChildProcess;
using test_support::RedisServer;
using test_support::run_until;

struct ShardedAdapters : testing::Test {
    boost::asio::io_context io{1};
    RedisServer server;

    std::shared_ptr<Adapter> adapter(RoomChannels channels = RoomChannels::public_rooms) const {
        ShardedAdapterOptions made;
        made.url = server.url();
        made.room_channels = channels;
        return sharded_adapter(made);
    }
    template <class... Nodes>
    [[nodiscard]] bool wait_ready(const Nodes&... nodes) {
        return run_until(io, [&] { return (nodes.is_ready() && ...); });
    }
    /// What came before it has been heard by then.
    [[nodiscard]] bool pass_around(AdapterPeer& from, AdapterPeer& to) {
        const std::string mark = "mark " + std::to_string(++marks_);
        from.adapter->publish(event(mark));
        return run_until(io, [&] {
            return std::any_of(to.delivered.begin(), to.delivered.end(),
                               [&](const auto& one) { return one.data.at(0) == Value(mark); });
        });
    }
    static ClusterBroadcast event(const std::string& name, std::vector<std::string> rooms = {}) {
        return {"/", {name}, {std::move(rooms), {}}, {}};
    }

private:
    int marks_ = 0;
};

TEST_F(ShardedAdapters, CarryBroadcastsToTheOthersAndNotBack) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    ClusterBroadcast sent{"/admin", {"e", 2.5, Binary("\x01")}, {{"r1", "r2"}, {"x"}}, {}};
    sent.flags.compress = false;
    a.adapter->publish(sent);
    ASSERT_TRUE(run_until(io, [&] { return b.delivered.size() == 1; }));
    EXPECT_EQ(b.delivered[0].nsp, "/admin");
    EXPECT_EQ(b.delivered[0].data, sent.data);
    EXPECT_EQ(b.delivered[0].audience.rooms, sent.audience.rooms);
    EXPECT_EQ(b.delivered[0].audience.except, sent.audience.except);
    EXPECT_FALSE(b.delivered[0].flags.compress);
    ASSERT_TRUE(run_until(io, [&] { return a.adapter->status().own >= 1; }));
    EXPECT_TRUE(a.delivered.empty());
}

TEST_F(ShardedAdapters, ARoomOfItsOwnIsHeardByThoseWhoHaveMembers) {
    AdapterPeer a(io, adapter());
    AdapterPeer member(io, adapter());
    AdapterPeer stranger(io, adapter());
    member.adapter->on_room("/", "room", true, false);
    ASSERT_TRUE(wait_ready(a, member, stranger));
    a.adapter->publish(event("to the room", {"room"}));
    ASSERT_TRUE(run_until(io, [&] { return member.delivered.size() == 1; }));
    ASSERT_TRUE(pass_around(a, stranger));
    EXPECT_EQ(stranger.delivered.size(), 1U) << "the mark alone";
    member.adapter->on_room("/", "room", false, false);
    a.adapter->publish(event("nobody is there", {"room"}));
    ASSERT_TRUE(pass_around(a, member));
    EXPECT_EQ(member.delivered.size(), 3U) << "one to the room, two marks";
}

TEST_F(ShardedAdapters, WithoutRoomChannelsAllHearAll) {
    AdapterPeer a(io, adapter(RoomChannels::none));
    AdapterPeer b(io, adapter(RoomChannels::none));
    EXPECT_FALSE(a.adapter->follows_rooms());
    ASSERT_TRUE(wait_ready(a, b));
    a.adapter->publish(event("to the room", {"room"}));
    ASSERT_TRUE(run_until(io, [&] { return b.delivered.size() == 1; }));
}

TEST_F(ShardedAdapters, RoomsOfSocketsHaveChannelsWhereThatIsWanted) {
    AdapterPeer a(io, adapter(RoomChannels::all_rooms));
    AdapterPeer b(io, adapter(RoomChannels::all_rooms));
    const std::string id = "A_B04gaBSQipKz_8AAAC";
    b.adapter->on_room("/", id, true, true);
    ASSERT_TRUE(wait_ready(a, b));
    a.adapter->publish(event("to one", {id}));
    ASSERT_TRUE(run_until(io, [&] { return b.delivered.size() == 1; }));
    EXPECT_NE(server.cli({"PUBSUB", "SHARDCHANNELS"}).find(id), std::string::npos);
}

TEST_F(ShardedAdapters, DoToSocketsWhatTheOthersSay) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    EXPECT_FALSE(a.adapter->executes_own());
    a.adapter->operate({ClusterSurgery::Kind::join, "/", {{"r"}, {"x"}}, {"s"}});
    a.adapter->operate({ClusterSurgery::Kind::disconnect_and_close, "/", {}, {}});
    ASSERT_TRUE(run_until(io, [&] { return b.operated.size() == 2; }));
    EXPECT_EQ(b.operated[0].rooms, std::vector<std::string>{"s"});
    EXPECT_EQ(b.operated[0].audience.except, std::vector<std::string>{"x"});
    EXPECT_EQ(b.operated[1].kind, ClusterSurgery::Kind::disconnect_and_close);
    EXPECT_TRUE(a.operated.empty());
}

TEST_F(ShardedAdapters, AskAllOthers) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    AdapterPeer c(io, adapter());
    b.add_socket("b1", {"r"});
    c.add_socket("c1");
    c.add_socket("c2", {"r"});
    ASSERT_TRUE(wait_ready(a, b, c));
    const auto fetch = std::make_shared<test::RecordedFetch>();
    a.adapter->fetch("/", {{"r"}, {}}, fetch);
    const auto broadcast = std::make_shared<test::RecordedBroadcast>();
    a.adapter->ask(event("q"), 2s, broadcast);
    const auto server_side = std::make_shared<test::RecordedServerSide>();
    a.adapter->server_side_emit({"/", {"whoami"}}, server_side);
    ASSERT_TRUE(run_until(io, [&] {
        return fetch->answers.size() == 2 && broadcast->answers.size() == 3 &&
               server_side->answers.size() == 2 && fetch->expected && broadcast->expected;
    }));
    EXPECT_EQ(fetch->expected, 2U);
    EXPECT_EQ(fetch->answers[0].second.size() + fetch->answers[1].second.size(), 2U);
    EXPECT_EQ(broadcast->expected, 2U);
    EXPECT_EQ(broadcast->counts.size(), 2U);
}

TEST_F(ShardedAdapters, AListenerThatDoesNotAnswerIsGoneSoon) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    b.add_socket("b1");
    redis::Options options = redis::parse_url(server.url()).value();
    redis::Deployment monitor(io, options);
    monitor.start();
    ASSERT_FALSE(monitor.ssubscribe("socket.io#/#"));
    ASSERT_TRUE(wait_ready(a, b));
    ASSERT_TRUE(run_until(io, [&] { return monitor.ready(); }));
    const auto fetch = std::make_shared<test::RecordedFetch>();
    a.adapter->fetch("/", {}, fetch);
    ASSERT_TRUE(run_until(io, [&] { return !fetch->gone_servers.empty(); }));
    EXPECT_EQ(fetch->expected, 2U);
    EXPECT_EQ(fetch->answers.size(), 1U);
    EXPECT_EQ(fetch->gone_servers, std::vector<std::string>{""});
}

TEST_F(ShardedAdapters, AServerThatStopsIsNotWaitedFor) {
    AdapterPeer a(io, adapter());
    auto b = std::make_unique<AdapterPeer>(io, adapter());
    b->is_busy = true;
    ASSERT_TRUE(wait_ready(a, *b));
    const auto question = std::make_shared<test::RecordedServerSide>();
    a.adapter->server_side_emit({"/", {"whoami"}}, question);
    ASSERT_TRUE(run_until(io, [&] { return !b->server_side.empty() && question->expected; }));
    const std::string name = b->adapter->status().name;
    b.reset();
    ASSERT_TRUE(run_until(io, [&] { return !question->gone_servers.empty(); }));
    EXPECT_EQ(question->gone_servers, std::vector<std::string>{name});
}

TEST_F(ShardedAdapters, AServerThatTakesItsTimeIsWaitedFor) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    b.is_busy = true;
    ASSERT_TRUE(wait_ready(a, b));
    const auto question = std::make_shared<test::RecordedServerSide>();
    a.adapter->server_side_emit({"/", {"whoami"}}, question);
    // With it, what was asked when they became ready has been answered.
    ASSERT_TRUE(pass_around(a, b) && pass_around(b, a));
    ASSERT_TRUE(run_until(io, [&] { return question->expected.has_value(); }));
    // Two signs of life, the first of which has been judged by then.
    const std::uint64_t before = a.adapter->status().passed_over;
    ASSERT_TRUE(run_until(io, [&] { return a.adapter->status().passed_over >= before + 2; }));
    EXPECT_TRUE(question->gone_servers.empty());
    EXPECT_EQ(question->expected, 1U);
}

TEST_F(ShardedAdapters, ComeBackAfterAnOutage) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    b.adapter->on_room("/", "room", true, false);
    ASSERT_TRUE(wait_ready(a, b));
    server.kill();
    ASSERT_TRUE(run_until(io, [&] { return !a.is_ready() && !b.is_ready(); }));
    server.start();
    ASSERT_TRUE(wait_ready(a, b));
    a.adapter->publish(event("again", {"room"}));
    ASSERT_TRUE(run_until(io, [&] {
        return std::any_of(b.delivered.begin(), b.delivered.end(),
                           [](const auto& one) { return one.data.at(0) == Value("again"); });
    }));
    EXPECT_EQ(a.adapter->status().outages, 1U);
    EXPECT_EQ(a.states, (std::vector<bool>{true, false, true}));
}

TEST_F(ShardedAdapters, ForeignMessagesAreCountedAndSkipped) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    const std::vector<std::string> foreign{"nothing", "{", "{}", "\x93\x01\x02\x03",
                                           R"({"type":3,"uid":"u","nsp":"/","data":{}})"};
    for (const std::string& message : foreign) server.cli({"SPUBLISH", "socket.io#/#", message});
    ASSERT_TRUE(run_until(io, [&] { return b.adapter->status().rejected == foreign.size(); }));
    server.cli({"SPUBLISH", "socket.io#/#", R"({"type":2,"uid":"u","nsp":"/admin"})"});
    ASSERT_TRUE(run_until(io, [&] { return b.adapter->status().passed_over >= 1; }));
    ASSERT_TRUE(pass_around(a, b));
    EXPECT_EQ(b.delivered.size(), 1U);
    EXPECT_GE(b.logged("foreign message ignored"), 1);
}

TEST_F(ShardedAdapters, ANamespaceIsHeardWhileItIsOpen) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter(), {"/"});
    ASSERT_TRUE(wait_ready(a, b));
    b.adapter->on_namespace_opened("/admin");
    ASSERT_TRUE(run_until(io, [&] {
        a.adapter->publish({"/admin", {"e"}, {}, {}});
        return !b.delivered.empty();
    }));
    b.adapter->on_namespace_closed("/admin");
    const std::size_t heard = b.delivered.size();
    a.adapter->publish({"/admin", {"e"}, {}, {}});
    ASSERT_TRUE(pass_around(a, b));
    EXPECT_EQ(b.delivered.size(), heard + 1) << "the mark alone";
}

TEST_F(ShardedAdapters, NamesWithTheChannelsOwnSignsReachTheirOwnRoomAlone) {
    const std::vector<std::string> namespaces{"/", "/a", "/a#b", "/#a"};
    const std::vector<std::string> rooms{
        "#", "##", "b#c", "c", "b", "a b", "\r\nx", std::string("\0zero", 5), "\xc3\xbc"};
    AdapterPeer a(io, adapter(), namespaces);
    AdapterPeer b(io, adapter(), namespaces);
    std::vector<std::string> sent;
    for (const std::string& nsp : namespaces) {
        for (const std::string& room : rooms) b.adapter->on_room(nsp, room, true, false);
    }
    ASSERT_TRUE(wait_ready(a, b));
    for (const std::string& nsp : namespaces) {
        for (const std::string& room : rooms) {
            sent.push_back(nsp + " " + room);
            a.adapter->publish({nsp, {"e"}, {{room}, {}}, {}});
        }
    }
    ASSERT_TRUE(run_until(io, [&] { return b.delivered.size() == sent.size(); }));
    ASSERT_TRUE(pass_around(a, b));
    ASSERT_EQ(b.delivered.size(), sent.size() + 1) << "each once, and the mark";
    for (std::size_t i = 0; i < sent.size(); ++i) {
        EXPECT_EQ(b.delivered[i].nsp + " " + b.delivered[i].audience.rooms.at(0), sent[i]);
    }
}

TEST_F(ShardedAdapters, ARoomWithTheChannelOfANamespaceMayEnd) {
    AdapterPeer a(io, adapter(), {"/", "/a", "/a#b"});
    AdapterPeer b(io, adapter(), {"/", "/a", "/a#b"});
    b.adapter->on_room("/a", "b", true, false);
    b.adapter->on_room("/a", "b#c", true, false);
    b.adapter->on_room("/a#b", "c", true, false);
    ASSERT_TRUE(wait_ready(a, b));
    b.adapter->on_room("/a", "b", false, false);
    b.adapter->on_room("/a", "b#c", false, false);
    ASSERT_TRUE(pass_around(a, b));
    a.adapter->publish({"/a#b", {"to all"}, {}, {}});
    a.adapter->publish({"/a#b", {"to the room"}, {{"c"}, {}}, {}});
    ASSERT_TRUE(run_until(io, [&] { return b.delivered.size() == 3; }));
    EXPECT_EQ(b.delivered[1].data, Args{"to all"});
    EXPECT_EQ(b.delivered[2].data, Args{"to the room"});
}

TEST_F(ShardedAdapters, AFilterIsWarnedOfRoomsThatItDoesNotHear) {
    AdapterPeer dynamic(io, adapter());
    EXPECT_EQ(dynamic.logged("rooms without members here are not heard"), 0);
    dynamic.wants_every_room_of_new = true;
    dynamic.adapter->on_namespace_opened("/filtered");
    EXPECT_EQ(dynamic.logged("rooms without members here are not heard"), 1);
    AdapterPeer plain(io, adapter(RoomChannels::none));
    plain.wants_every_room_of_new = true;
    plain.adapter->on_namespace_opened("/filtered");
    EXPECT_EQ(plain.logged("rooms without members here are not heard"), 0);
}

TEST_F(ShardedAdapters, TalkWithANodeServer) {
    AdapterPeer a(io, adapter());
    a.add_socket("ours", {"room1"});
    a.adapter->on_room("/", "room1", true, false);
    ASSERT_TRUE(wait_ready(a));
    ChildProcess node(
        io, {"node", TESTS_FOLDER "/support/sharded_peer.mjs", std::to_string(server.port())});
    ASSERT_TRUE(run_until(io, [&] { return node.printed("ready"); })) << node.output();
    a.adapter->publish({"/", {"question", -129, "日本", Binary("\x01")}, {{"room1"}, {}}, {}});
    ASSERT_TRUE(run_until(io, [&] { return !a.delivered.empty(); })) << node.output();
    EXPECT_EQ(a.delivered[0].data, (Args{"node says", -129, "日本", Binary("\x01")}));

    const auto fetch = std::make_shared<test::RecordedFetch>();
    a.adapter->fetch("/", {}, fetch);
    const auto broadcast = std::make_shared<test::RecordedBroadcast>();
    a.adapter->ask(event("q", {"room1"}), 2s, broadcast);
    const auto server_side = std::make_shared<test::RecordedServerSide>();
    a.adapter->server_side_emit({"/", {"whoami"}}, server_side);
    ASSERT_TRUE(run_until(io, [&] {
        return !fetch->answers.empty() && !broadcast->answers.empty() &&
               !server_side->answers.empty();
    })) << node.output();
    ASSERT_EQ(fetch->answers[0].second.size(), 1U);
    EXPECT_EQ(fetch->answers[0].second[0].data, Value(Object{{"name", "node"}}));
    EXPECT_EQ(broadcast->answers[0].second, Value("from node's client"));
    EXPECT_EQ(server_side->answers[0].second, Value("node"));

    a.adapter->publish(event("fetch"));
    ASSERT_TRUE(run_until(io, [&] { return node.printed(R"(["fetched","ours"])"); }))
        << node.output();
}

}  // namespace
}  // namespace socketio::cluster
