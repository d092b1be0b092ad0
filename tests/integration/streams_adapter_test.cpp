// The streams adapter through a real Redis: one order for all, what was sent during an outage, sessions that move
// from server to server, and namespaces that nobody would read. Rows of docs/races.md.
#include "cluster/streams_adapter.hpp"

#include "cluster/codec/stream_entry.hpp"
#include "cluster/session_store.hpp"
#include "support/adapter_peer.hpp"
#include "support/event_loop.hpp"
#include "support/recorded_questions.hpp"
#include "support/redis_server.hpp"
#include <redis/deployment.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

namespace socketio::cluster {
namespace {

using namespace std::chrono_literals;
using test::AdapterPeer;
using test_support::RedisServer;
using test_support::run_until;

struct StreamsAdapters : testing::Test {
    boost::asio::io_context io{1};
    RedisServer server;

    StreamsAdapterOptions options() const {
        StreamsAdapterOptions made;
        made.url = server.url();
        // A machine that is busy with other tests is no frozen Redis.
        made.delivery_wait = 10s;
        return made;
    }
    std::shared_ptr<Adapter> adapter() const { return streams_adapter(options()); }
    template <class... Nodes>
    [[nodiscard]] bool wait_ready(const Nodes&... nodes) {
        return run_until(io, [&] { return (nodes.is_ready() && ...); });
    }
    [[nodiscard]] static bool has(const AdapterPeer& node, const std::string& name) {
        return std::any_of(node.delivered.begin(), node.delivered.end(),
                           [&](const auto& one) { return one.data.at(0) == Value(name); });
    }
    static ClusterBroadcast event(const std::string& name, Audience audience = {}) {
        return {"/", {name}, std::move(audience), {}};
    }
    /// What comes of it; null as well when nothing does.
    [[nodiscard]] std::unique_ptr<RestoredSession> restored(AdapterPeer& node,
                                                            const std::string& nsp,
                                                            const std::string& pid,
                                                            const std::string& offset) {
        bool is_done = false;
        std::unique_ptr<RestoredSession> result;
        node.adapter->restore_session(nsp, pid, offset, [&](std::unique_ptr<RestoredSession> got) {
            result = std::move(got);
            is_done = true;
        });
        EXPECT_TRUE(run_until(io, [&] { return is_done; }));
        return result;
    }
    /// A session of a socket that was last sent what `node` delivered last.
    void keep(AdapterPeer& node, const std::string& pid, const std::string& nsp = "/") {
        node.adapter->keep_session({"sid", pid, nsp, {"sid", "room"}, Object{{"name", "bob"}}},
                                   60s);
        EXPECT_TRUE(run_until(io, [&] { return node.adapter->sessions_pending() == 0; }));
    }
};

TEST_F(StreamsAdapters, DeliverAllInOneOrder) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(a.adapter->delivers_own() && a.adapter->keeps_sessions());
    ASSERT_TRUE(wait_ready(a, b));
    for (int i = 0; i < 200; ++i) {
        a.adapter->publish(event("a" + std::to_string(i)));
        b.adapter->publish(event("b" + std::to_string(i)));
    }
    ASSERT_TRUE(a.wait_delivered(400) && b.wait_delivered(400));
    for (std::size_t i = 0; i < 400; ++i) {
        EXPECT_EQ(a.delivered[i].data, b.delivered[i].data);
        EXPECT_EQ(a.delivered[i].offset, b.delivered[i].offset);
        const auto id = parse_stream_id(a.delivered[i].offset);
        ASSERT_TRUE(id) << a.delivered[i].offset;
        if (i > 0) {
            EXPECT_LT(*parse_stream_id(a.delivered[i - 1].offset), *id);
        }
    }
    EXPECT_GE(a.adapter->status().own, 200U);
    EXPECT_EQ(std::count_if(a.delivered.begin(), a.delivered.end(),
                            [](const auto& one) { return one.is_own; }),
              200);
}

TEST_F(StreamsAdapters, CarryWhatNodeWouldWrite) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    ClusterBroadcast sent{"/admin", {"bin", Binary("\x01\x02"), 1e300}, {{"r"}, {"x"}}, {}};
    a.adapter->publish(sent);
    ASSERT_TRUE(b.wait_delivered(1));
    EXPECT_EQ(b.delivered[0].nsp, "/admin");
    EXPECT_EQ(b.delivered[0].data, sent.data);
    EXPECT_EQ(b.delivered[0].audience.except, std::vector<std::string>{"x"});
    // Written by a Node server, field for field.
    server.cli(
        {"XADD", "socket.io", "MAXLEN", "~", "10000", "*", "uid", "8fdc5b8de339f920", "nsp", "/",
         "type", "3", "data",
         R"({"packet":{"type":2,"data":["hello",{"v":1}]},"opts":{"rooms":[],"except":[],"flags":{}}})"});
    ASSERT_TRUE(b.wait_delivered(2));
    EXPECT_EQ(b.delivered[1].data, (Args{"hello", Object{{"v", 1}}}));
}

TEST_F(StreamsAdapters, HearEventsForServersOfNodesEmitter) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    server.cli({"XADD", "socket.io", "MAXLEN", "~", "10000", "*", "uid", "emitter", "nsp", "/",
                "type", "9", "data", R"({"packet":["news",1]})"});
    ASSERT_TRUE(
        run_until(io, [&] { return a.server_side.size() == 1 && b.server_side.size() == 1; }));
    EXPECT_EQ(a.server_side[0].data, (Args{"news", 1}));
    EXPECT_EQ(a.adapter->status().rejected, 0U);
}

TEST_F(StreamsAdapters, AFarewellComesBeforeTheEnd) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    ASSERT_TRUE(a.adapter->executes_own());
    a.adapter->publish(event("farewell"));
    a.adapter->operate({ClusterSurgery::Kind::disconnect, "/", {{"room"}, {}}, {}});
    const std::vector<std::string> expected{"event farewell", "surgery"};
    ASSERT_TRUE(run_until(io, [&] { return a.done.size() == 2 && b.done.size() == 2; }));
    EXPECT_EQ(a.done, expected);
    EXPECT_EQ(b.done, expected);
}

TEST_F(StreamsAdapters, AskAllOthers) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    b.add_socket("b1");
    b.add_socket("b2");
    ASSERT_TRUE(wait_ready(a, b));
    const auto fetch = std::make_shared<test::RecordedFetch>();
    a.adapter->fetch("/", {}, fetch);
    const auto broadcast = std::make_shared<test::RecordedBroadcast>();
    a.adapter->ask(event("q"), 2s, broadcast);
    const auto server_side = std::make_shared<test::RecordedServerSide>();
    a.adapter->server_side_emit({"/", {"whoami"}}, server_side);
    ASSERT_TRUE(run_until(io, [&] {
        return fetch->answers.size() == 1 && broadcast->answers.size() == 2 &&
               server_side->answers.size() == 1 && fetch->expected;
    }));
    EXPECT_EQ(fetch->expected, 1U);
    EXPECT_EQ(server_side->answers[0].second, Value(b.adapter->status().name));
    EXPECT_EQ(server.cli({"XLEN", "socket.io"}), "0") << "nothing of it is kept";
}

TEST_F(StreamsAdapters, AClientIsBroughtUpToDateByAnotherServer) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    a.adapter->publish(event("seen"));
    ASSERT_TRUE(b.wait_delivered(1));
    const std::string offset = b.delivered[0].offset;
    keep(b, "pid1");
    a.adapter->publish(event("to all"));
    a.adapter->publish(event("to its room", {{"room", "x"}, {}}));
    a.adapter->publish(event("to others", {{"x"}, {}}));
    a.adapter->publish(event("not to it", {{}, {"sid"}}));
    a.adapter->publish({"/admin", {"elsewhere"}, {}, {}});
    ClusterBroadcast fleeting = event("fleeting");
    fleeting.flags.is_volatile = true;
    a.adapter->publish(fleeting);
    ASSERT_TRUE(a.wait_delivered(7));

    const auto session = restored(a, "/", "pid1", offset);
    ASSERT_NE(session, nullptr);
    EXPECT_EQ(session->session.sid, "sid");
    EXPECT_EQ(session->session.rooms, (std::vector<std::string>{"sid", "room"}));
    EXPECT_EQ(session->session.data, Value(Object{{"name", "bob"}}));
    ASSERT_EQ(session->missed.size(), 2U);
    EXPECT_EQ(session->missed[0].data, Args{"to all"});
    EXPECT_EQ(session->missed[0].offset, a.delivered[1].offset);
    EXPECT_EQ(session->missed[1].data, Args{"to its room"});

    EXPECT_EQ(restored(b, "/", "pid1", offset), nullptr) << "once";
}

TEST_F(StreamsAdapters, AServerThatHasJustStartedRestoresOnceItIsConnected) {
    AdapterPeer a(io, adapter());
    ASSERT_TRUE(wait_ready(a));
    a.adapter->publish(event("seen"));
    ASSERT_TRUE(a.wait_delivered(1));
    keep(a, "pid1");
    keep(a, "pid2");
    a.adapter->publish(event("missed"));
    ASSERT_TRUE(a.wait_delivered(2));
    AdapterPeer b(io, adapter());
    const auto session = restored(b, "/", "pid1", a.delivered[0].offset);
    ASSERT_NE(session, nullptr);
    EXPECT_EQ(session->missed.size(), 1U);
    server.kill();
    // Commands and messages have a connection each.
    ASSERT_TRUE(run_until(io, [&] { return a.logged("redis disconnected") >= 2; }));
    EXPECT_EQ(restored(a, "/", "pid2", a.delivered[0].offset), nullptr) << "nobody waits for it";
}

TEST_F(StreamsAdapters, ASessionIsForWhoeverItBelongsTo) {
    AdapterPeer a(io, adapter());
    ASSERT_TRUE(wait_ready(a));
    a.adapter->publish(event("seen"));
    ASSERT_TRUE(a.wait_delivered(1));
    const std::string offset = a.delivered[0].offset;
    for (const char* bad : {"", "0", "1-0-0", "+-+", "99999999999999-0", "-", "0-0", "Q85XzYN"}) {
        keep(a, "pid1");
        EXPECT_EQ(restored(a, "/", "pid1", bad), nullptr) << bad;
    }
    EXPECT_NE(restored(a, "/", "pid1", offset), nullptr) << "guessing did not use it up";
    EXPECT_EQ(restored(a, "/", "", offset), nullptr);
    EXPECT_EQ(restored(a, "/", std::string(1'000, 'p'), offset), nullptr);
    keep(a, "pid2");
    EXPECT_EQ(restored(a, "/admin", "pid2", offset), nullptr) << "a session of another namespace";
    server.cli({"SET", "sio:session:pid3", "no session"});
    EXPECT_EQ(restored(a, "/", "pid3", offset), nullptr);
}

TEST_F(StreamsAdapters, OfTwoServersOneGetsTheSession) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    a.adapter->publish(event("seen"));
    ASSERT_TRUE(b.wait_delivered(1));
    keep(a, "pid1");
    int done = 0;
    int got = 0;
    const auto count = [&](const std::unique_ptr<RestoredSession>& session) {
        ++done;
        got += session != nullptr ? 1 : 0;
    };
    a.adapter->restore_session("/", "pid1", b.delivered[0].offset, count);
    b.adapter->restore_session("/", "pid1", b.delivered[0].offset, count);
    ASSERT_TRUE(run_until(io, [&] { return done == 2; }));
    EXPECT_EQ(got, 1);
}

TEST_F(StreamsAdapters, ACutStreamRestoresNobody) {
    AdapterPeer a(io, adapter());
    ASSERT_TRUE(wait_ready(a));
    a.adapter->publish(event("seen"));
    a.adapter->publish(event("missed"));
    ASSERT_TRUE(a.wait_delivered(2));
    keep(a, "pid1");
    server.cli({"XTRIM", "socket.io", "MAXLEN", "1"});
    EXPECT_EQ(restored(a, "/", "pid1", a.delivered[0].offset), nullptr);
    EXPECT_NE(restored(a, "/", "pid1", a.delivered[1].offset), nullptr) << "the last is there";
}

/// A store of its own, with the entries "0" to "9" in the stream and a session that has had the first.
struct SessionStores : StreamsAdapters {
    redis::Deployment connection{io, redis::parse_url(server.url()).value()};
    std::vector<std::string> ids;

    void SetUp() override {
        connection.start();
        ASSERT_TRUE(run_until(io, [&] { return connection.connected(); }));
        for (int i = 0; i < 10; ++i) {
            const EncodedEntry entry = encode_entry(event(std::to_string(i)));
            ids.push_back(server.cli({"XADD", "socket.io", "*", "uid", "u", "nsp", "/", "type",
                                      entry.type, "data", entry.data}));
        }
    }
    /// `meanwhile` is called when the first command is on its way.
    [[nodiscard]] std::unique_ptr<RestoredSession> restored_by(
        SessionStoreOptions limits, const std::function<void()>& meanwhile = [] {}) {
        limits.key_prefix = "sio:session:";
        limits.bytes_max = 10'000;
        SessionStore store(connection, limits);
        store.on_refused = [](std::string_view text) { ADD_FAILURE() << text; };
        store.keep({"sid", "pid1", "/", {"sid"}, {}}, 60s);
        std::unique_ptr<RestoredSession> result;
        bool is_done = false;
        store.restore(connection, "/", "socket.io", "pid1", ids.at(0),
                      [&](std::unique_ptr<RestoredSession> got) {
                          result = std::move(got);
                          is_done = true;
                      });
        meanwhile();
        EXPECT_TRUE(run_until(io, [&] { return is_done; }));
        return result;
    }
};

TEST_F(SessionStores, ReadWhatWasMissedInPieces) {
    for (const std::size_t entries : {1U, 2U, 3U, 9U, 10U}) {
        const auto session = restored_by({.entries_per_call = entries});
        ASSERT_NE(session, nullptr) << entries;
        ASSERT_EQ(session->missed.size(), 9U) << entries;
        for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(session->missed[i].offset, ids[i + 1]);
    }
}

TEST_F(SessionStores, AStreamThatIsCutMeanwhileRestoresNobody) {
    const auto session = restored_by({.entries_per_call = 2}, [this] {
        connection.command("socket.io", {"XTRIM", "socket.io", "MAXLEN", "2"});
    });
    EXPECT_EQ(session, nullptr);
}

TEST_F(SessionStores, MoreThanCanBeReadRestoresNobody) {
    EXPECT_EQ(restored_by({.entries_per_call = 1, .calls_max = 3}), nullptr);
}

TEST_F(StreamsAdapters, MoreThanMayBeMissedRestoresNobody) {
    StreamsAdapterOptions small = options();
    small.restore_bytes_max = 1'000;
    AdapterPeer a(io, streams_adapter(small));
    ASSERT_TRUE(wait_ready(a));
    a.adapter->publish(event("seen"));
    for (int i = 0; i < 10; ++i) a.adapter->publish(event(std::string(200, 'x')));
    ASSERT_TRUE(a.wait_delivered(11));
    keep(a, "pid1");
    EXPECT_EQ(restored(a, "/", "pid1", a.delivered[0].offset), nullptr);
}

TEST_F(StreamsAdapters, ManyMissedAreReadInSeveralCalls) {
    AdapterPeer a(io, adapter());
    ASSERT_TRUE(wait_ready(a));
    a.adapter->publish(event("seen"));
    for (int i = 0; i < 2'500; ++i) a.adapter->publish(event(std::to_string(i)));
    ASSERT_TRUE(a.wait_delivered(2'501));
    keep(a, "pid1");
    const auto session = restored(a, "/", "pid1", a.delivered[0].offset);
    ASSERT_NE(session, nullptr);
    ASSERT_EQ(session->missed.size(), 2'500U);
    for (std::size_t i = 0; i < 2'500; ++i) {
        ASSERT_EQ(session->missed[i].data, Args{std::to_string(i)});
    }
}

TEST_F(StreamsAdapters, ABrokenConnectionLosesNothing) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    for (int round = 0; round < 5; ++round) {
        const std::string name = "round " + std::to_string(round);
        server.cli({"CLIENT", "KILL", "TYPE", "normal"});
        server.cli({"XADD", "socket.io", "*", "uid", "another", "nsp", "/", "type", "3", "data",
                    R"({"packet":{"type":2,"data":[")" + name +
                        R"("]},"opts":{"rooms":[],"except":[],"flags":{}}})"});
        ASSERT_TRUE(run_until(io, [&] { return has(a, name) && has(b, name); })) << name;
    }
    EXPECT_EQ(a.delivered.size(), 5U) << "and nothing twice";
}

TEST_F(StreamsAdapters, GoOnAloneDuringAnOutage) {
    AdapterPeer a(io, adapter());
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    a.adapter->publish(event("before"));
    ASSERT_TRUE(a.wait_delivered(1) && b.wait_delivered(1));
    server.kill();
    ASSERT_TRUE(run_until(io, [&] { return !a.is_ready() && !b.is_ready(); }));
    a.adapter->publish(event("alone"));
    ASSERT_TRUE(a.wait_delivered(2));
    EXPECT_EQ(a.delivered[1].offset, "");
    // It comes back empty.
    server.start();
    ASSERT_TRUE(wait_ready(a, b));
    a.adapter->publish(event("after"));
    ASSERT_TRUE(run_until(io, [&] { return has(a, "after") && has(b, "after"); }));
    EXPECT_TRUE(has(b, "alone")) << "it has waited";
    EXPECT_EQ(a.delivered.size(), 3U) << "and comes to nobody twice";
    EXPECT_EQ(b.delivered.size(), 3U);
}

TEST_F(StreamsAdapters, AnEntryLargerThanAnyAnswerIsPassedBy) {
    StreamsAdapterOptions one_by_one = options();
    one_by_one.read_entries_max = 1;
    AdapterPeer a(io, streams_adapter(one_by_one));
    ASSERT_TRUE(wait_ready(a));
    // Above the 64 MiB that an answer may have, which ends connections again and again.
    server.cli({"EVAL",
                "return redis.call('XADD', 'socket.io', '*', 'data', string.rep('x', 80000000))",
                "0"});
    server.cli(
        {"XADD", "socket.io", "*", "uid", "another", "nsp", "/", "type", "3", "data",
         R"({"packet":{"type":2,"data":["hidden"]},"opts":{"rooms":[],"except":[],"flags":{}}})"});
    ASSERT_TRUE(run_until(io, [&] { return a.logged("redis stream entry too large") >= 1; }, 60s));
    ASSERT_TRUE(wait_ready(a));
    a.adapter->publish(event("fine"));
    ASSERT_TRUE(a.wait_delivered(1));
    EXPECT_EQ(a.delivered[0].data, Args{"fine"});
}

TEST_F(StreamsAdapters, AFrozenRedisHoldsNobodyUpHere) {
    StreamsAdapterOptions quick = options();
    quick.delivery_wait = 300ms;
    AdapterPeer a(io, streams_adapter(quick));
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    server.freeze();
    a.adapter->publish(event("first"));
    ASSERT_TRUE(a.wait_delivered(1));
    a.adapter->publish(event("second"));
    EXPECT_EQ(a.delivered.size(), 2U) << "at once now";
    EXPECT_TRUE(b.delivered.empty());
    const std::uint64_t own = a.adapter->status().own;
    server.thaw();
    ASSERT_TRUE(b.wait_delivered(2));
    ASSERT_TRUE(run_until(io, [&] { return a.adapter->status().own >= own + 2; }));
    a.adapter->publish(event("third"));
    ASSERT_TRUE(run_until(io, [&] { return has(a, "third") && has(b, "third"); }));
    EXPECT_EQ(a.delivered.size(), 3U) << "nothing twice";
    EXPECT_NE(a.delivered[2].offset, "");
}

TEST_F(StreamsAdapters, ANamespaceThatNobodyReadsIsRefused) {
    StreamsAdapterOptions four = options();
    four.stream_count = 4;
    // "/dashboard" is in socket.io--3.
    EXPECT_THROW(
        {
            const auto used = streams_adapter(four);
            const AdapterPeer node(io, used, {"/", "/dashboard"});
        },
        std::invalid_argument);
    AdapterPeer a(io, streams_adapter(four), {"/", "/chat", "/a"});
    AdapterPeer b(io, streams_adapter(four), {"/", "/chat", "/a"});
    ASSERT_TRUE(wait_ready(a, b));
    for (const char* nsp : {"/", "/chat", "/a"}) a.adapter->publish({nsp, {"e"}, {}, {}});
    ASSERT_TRUE(b.wait_delivered(3) && a.wait_delivered(3));
    EXPECT_EQ(server.cli({"XLEN", "socket.io-2"}), "1");
    a.adapter->on_namespace_opened("/dashboard");
    EXPECT_GE(a.logged("namespace is not joined with other servers"), 1);
    a.adapter->publish({"/dashboard", {"here"}, {}, {}});
    EXPECT_TRUE(has(a, "here"));
}

TEST_F(StreamsAdapters, RefuseOptionsThatCannotBe) {
    const auto refused = [this](auto change) {
        StreamsAdapterOptions changed = options();
        change(changed);
        EXPECT_THROW((void)streams_adapter(changed), std::invalid_argument);
    };
    refused([](StreamsAdapterOptions& o) { o.stream_count = 0; });
    refused([](StreamsAdapterOptions& o) { o.read_entries_max = 0; });
    refused([](StreamsAdapterOptions& o) { o.block_time = 0ms; });
    refused([](StreamsAdapterOptions& o) { o.block_time = 60s; });
    refused([](StreamsAdapterOptions& o) { o.url = "http://x"; });
}

TEST_F(StreamsAdapters, ForeignEntriesAreCountedAndSkipped) {
    AdapterPeer a(io, adapter());
    ASSERT_TRUE(wait_ready(a));
    server.cli({"XADD", "socket.io", "*", "uid", "x", "nsp", "/", "type", "3", "data", "{"});
    server.cli({"XADD", "socket.io", "*", "uid", "x", "nsp", "/", "type", "99"});
    server.cli({"XADD", "socket.io", "*", "nsp", "/", "hello", "world"});
    server.cli({"XADD", "socket.io", "*", "a", "b"});
    ASSERT_TRUE(run_until(io, [&] { return a.adapter->status().rejected == 3; }));
    a.adapter->publish(event("fine"));
    ASSERT_TRUE(a.wait_delivered(1));
    EXPECT_EQ(a.delivered.size(), 1U);
}

TEST_F(StreamsAdapters, AnEntryThatIsTooLargeIsPassedBy) {
    StreamsAdapterOptions small = options();
    small.message_bytes_max = 1'000;
    AdapterPeer a(io, streams_adapter(small));
    AdapterPeer b(io, adapter());
    ASSERT_TRUE(wait_ready(a, b));
    b.adapter->publish(event(std::string(2'000, 'x')));
    b.adapter->publish(event("fine"));
    ASSERT_TRUE(run_until(io, [&] { return has(a, "fine"); }));
    EXPECT_EQ(a.delivered.size(), 1U);
    EXPECT_EQ(a.adapter->status().rejected, 1U);
    a.adapter->publish(event(std::string(2'000, 'y')));
    ASSERT_TRUE(a.wait_delivered(2));
    EXPECT_EQ(a.delivered[1].offset, "") << "here alone";
}

}  // namespace
}  // namespace socketio::cluster
