// One shard whose adapter keeps sessions: what clients see, and what the adapter is told. Races between servers
// are in tests/sim/adapter_recovery_test.cpp.

#include "hub/adapter_recovery.hpp"

#include "hub/recovery_desk.hpp"
#include "support/session_store.hpp"
#include "unit/hub/recovery_world.hpp"

#include <gtest/gtest.h>

#include <any>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::hub {
namespace {

/// The adapter answers at once; broadcasts come back at once, or when they are let in.
class KeepingWorld final : public RecoveryWorld {
public:
    KeepingWorld() { options.adapter = std::make_shared<test::KeepingAdapter>(); }

    [[nodiscard]] AdapterRecovery& desk() { return *hub().adapter_recovery(); }
    void let_in() {
        while (read_ < store.entries().size()) {
            const auto entry = store.entries()[read_++];
            const Args args(entry.data.begin() + 1, entry.data.end());
            hub().deliver(make_adapter_delivery(*this, entry.nsp, entry.audience, entry.flags,
                                                entry.data.front().as_string(), args,
                                                entry.offset));
        }
    }

    // ---- NamespacePort -------------------------------------------------------------------------
    void broadcast(const Namespace& nsp, Audience audience, EmitFlags flags, std::string_view event,
                   Args args) override {
        args.insert(args.begin(), Value(event));
        store.append({nsp.name(), std::move(args), std::move(audience), std::move(flags)});
        if (!holds_broadcasts) let_in();
    }
    /// All shards are this one.
    void post_to_hub(unsigned, std::function<void(Hub&)> work) override { work(hub()); }
    void keep_session(const StoredSession& session, std::chrono::milliseconds duration) override {
        store.keep(session);
        durations.push_back(duration);
    }
    void restore_session(const std::string& nsp, const std::string& pid, const std::string& offset,
                         RestoreHandler done) override {
        asked.push_back(nsp + ' ' + pid + ' ' + offset);
        if (forges) {
            auto restored = store.take(nsp, pid, offset);
            if (restored) forges(*restored);
            return done(std::move(restored));
        }
        done(store.take(nsp, pid, offset));
    }

    test::SessionStore store;
    bool holds_broadcasts = false;
    Texts asked;
    std::vector<std::chrono::milliseconds> durations;
    /// What a store says that others write into.
    std::function<void(RestoredSession&)> forges;

private:
    std::size_t read_ = 0;
};

class AdapterRecoveryTest : public testing::Test {
protected:
    /// For the first time; the CONNECT reply is read.
    TestClient& connect() {
        auto& client = world.come(memory);
        read(client);
        return client;
    }
    /// Events with the adapter's offsets, which the client keeps the last of.
    Texts read(TestClient& client) {
        Texts texts;
        for (const auto& packet : client.read()) {
            const auto begin = packet.find('[');
            if (packet.starts_with("0{")) {
                const auto reply = wire::parse_json(packet.substr(1), 10)->as_object();
                recovered = reply.find("pid")->as_string() == memory.pid;
                memory.pid = reply.find("pid")->as_string();
                sid = reply.find("sid")->as_string();
                texts.emplace_back("CONNECT");
                continue;
            }
            if (begin != std::string::npos) {
                const auto event = wire::parse_json(packet.substr(begin), 10)->as_array();
                const auto* last = event.back().if_string();
                if (last != nullptr && wire::parse_cluster_offset(*last)) memory.offset = *last;
            }
            texts.push_back(packet);
        }
        return texts;
    }
    /// It has got an event.
    TestClient& connect_with_event() {
        auto& client = connect();
        world.root().emit("first");
        read(client);
        return client;
    }

    KeepingWorld world;
    Memory memory;
    std::string sid;
    bool recovered = false;
};

TEST_F(AdapterRecoveryTest, TakesThePlaceOfTheLogOfThisProcess) {
    EXPECT_EQ(world.hub().recovery(), nullptr);
    EXPECT_EQ(world.hub().recovery_desk(), &world.desk());
    World plain;
    plain.options.adapter = std::make_shared<test::KeepingAdapter>();
    EXPECT_EQ(plain.hub().recovery_desk(), nullptr) << "recovery is off";
}

TEST_F(AdapterRecoveryTest, TheAdaptersOffsetIsTheLastArgument) {
    auto& client = connect();
    world.root().emit("x", 1);
    world.socket().emit("y", Binary("b"));
    EXPECT_EQ(read(client),
              (Texts{R"(2["x",1,"1790000000095-0"])",
                     R"(51-["y",{"_placeholder":true,"num":0},"1790000000095-1"])", "bb"}));
    EXPECT_EQ(world.store.entries().at(1).audience.rooms, Texts{sid})
        << "as in Node, an event to one socket is one to its own room";
}

TEST_F(AdapterRecoveryTest, WhatCannotBeSentAgainHasNoOffset) {
    auto& client = connect();
    auto& socket = world.socket();
    socket.send("volatile", {1}, {.is_volatile = true});
    world.root().as_volatile().emit("volatile");
    socket.emit_with_ack("ask", {1}, base::Milliseconds(0), [](auto, const auto&) {});
    socket.emit(world.root().encode("encoded", {1}));
    EXPECT_EQ(read(client), (Texts{R"(2["volatile",1])", R"(2["volatile"])", R"(20["ask",1])",
                                   R"(2["encoded",1])"}));
    world.hub().deliver(make_adapter_delivery(world, "/", {}, {}, "x", {}, "no offset"));
    world.hub().deliver(make_adapter_delivery(world, "/", {}, {}, "x", {}, ""));
    EXPECT_EQ(read(client), (Texts{R"(2["x"])", R"(2["x"])"})) << "as when the store is away";
}

TEST_F(AdapterRecoveryTest, Eio3ClientsGetNeitherPidNorOffset) {
    connect();
    auto& old = world.connect_engine(World::Protocol::v3);
    EXPECT_EQ(old.read(), Texts{"0"});
    world.socket().emit("x", 1);
    world.root().emit("y");
    EXPECT_EQ(old.read(), (Texts{R"(2["x",1])", R"(2["y"])"}));
    EXPECT_EQ(world.store.entries().size(), 1U) << "its own event is not stored";
    old.lose(DisconnectReason::transport_close);
    EXPECT_TRUE(world.store.sessions().empty());
}

TEST_F(AdapterRecoveryTest, WhoLooksOnSeesAnEventOnceWithoutItsOffset) {
    auto& client = connect();
    std::vector<Args> seen;
    world.socket().on_any_outgoing(
        [&](Socket&, std::string_view, const Args& args) { seen.push_back(args); });
    world.socket().emit("x", 1);
    world.root().emit("y", "text");
    read(client);
    EXPECT_EQ(seen, (std::vector<Args>{{1}, {"text"}}));
}

TEST_F(AdapterRecoveryTest, ASocketThatLeavesIsGivenToTheAdapter) {
    auto& client = connect();
    world.socket().join("room");
    world.socket().data() = Value("mine");
    RecoveryWorld::lose(client);
    ASSERT_EQ(world.store.sessions().size(), 1U);
    const auto& stored = world.store.sessions().at(memory.pid);
    EXPECT_EQ(stored.sid, sid);
    EXPECT_EQ(stored.nsp, "/");
    EXPECT_EQ(stored.rooms, (Texts{sid, "room"}));
    EXPECT_EQ(stored.data, Value("mine"));
    EXPECT_EQ(world.durations.at(0), RecoveryOptions().max_disconnection_duration);
}

TEST_F(AdapterRecoveryTest, DataOfThisProcessIsNotStored) {
    auto& client = connect();
    world.socket().data() = 5;
    RecoveryWorld::lose(client);
    EXPECT_TRUE(world.store.sessions().at(memory.pid).data.is_null());
}

TEST_F(AdapterRecoveryTest, ADecisionOfEitherSideIsTheEnd) {
    auto& first = connect();
    first.send("1");
    auto& second = connect();
    world.socket().disconnect();
    read(second);
    auto& third = connect();
    third.lose(DisconnectReason::parse_error);
    auto& fourth = connect();
    fourth.lose(DisconnectReason::slow_client);
    EXPECT_TRUE(world.store.sessions().empty());
}

TEST_F(AdapterRecoveryTest, BringsBackIdRoomsDataAndWhatWasMissed) {
    auto& client = connect_with_event();
    world.socket().join("room");
    world.socket().data() = Value("mine");
    const auto old_sid = sid;
    RecoveryWorld::lose(client);
    world.root().to("room").emit("x", 1);
    world.root().to("elsewhere").emit("x", 2);
    world.root().except("room").emit("x", 3);
    world.root().emit("x", 4);
    auto& again = world.come(memory);
    EXPECT_EQ(read(again),
              (Texts{R"(2["x",1,"1790000000095-1"])", R"(2["x",4,"1790000000095-4"])", "CONNECT"}));
    EXPECT_TRUE(recovered);
    EXPECT_EQ(sid, old_sid);
    EXPECT_TRUE(world.socket().recovered());
    EXPECT_EQ(world.socket().rooms(), (Texts{sid, "room"}));
    EXPECT_EQ(std::any_cast<Value>(world.socket().data()), Value("mine"));
    EXPECT_EQ(world.asked, Texts{"/ " + memory.pid + " 1790000000095-0"});
    EXPECT_EQ(world.counters.recoveries, 1U);
    world.root().to("room").emit("x", 5);
    EXPECT_EQ(read(again), Texts{R"(2["x",5,"1790000000095-5"])"});
}

TEST_F(AdapterRecoveryTest, APidOfAnotherServerIsAskedForToo) {
    // Node's have no shard in them, ours perhaps one that is not there.
    world.store.keep({"sid-of-another", "zzzzzzzzzzzzzzzzzzzz", "/", {"sid-of-another"}, nullptr});
    world.root().emit("first");
    auto& client = world.connect_engine();
    memory.pid = "zzzzzzzzzzzzzzzzzzzz";
    client.send(R"(0{"pid":"zzzzzzzzzzzzzzzzzzzz","offset":"1790000000095-0"})");
    EXPECT_EQ(read(client), Texts{"CONNECT"});
    EXPECT_TRUE(recovered);
    EXPECT_EQ(sid, "sid-of-another");
    EXPECT_FALSE(world.socket().data().has_value());
}

TEST_F(AdapterRecoveryTest, NobodyIsAskedForWhatIsNone) {
    for (const auto* payload :
         {R"({"pid":5})", R"({"pid":""})", R"({"pid":"short"})", R"({"pid":null})",
          R"({"pid":"aaaaaaaaaaaaaaaaaaa:"})", R"({"pid":"AAAAAAAAAAAAAAAAAAAA","offset":"Q85X"})",
          R"({"pid":"AAAAAAAAAAAAAAAAAAAA","offset":7})",
          R"({"pid":"AAAAAAAAAAAAAAAAAAAA","offset":"1-2-"})"}) {
        auto& client = world.connect_engine();
        client.send("0" + std::string(payload));
        EXPECT_EQ(read(client), Texts{"CONNECT"}) << payload;
    }
    EXPECT_TRUE(world.asked.empty());
    EXPECT_EQ(world.counters.recoveries_refused, 8U);
    auto& client = world.connect_engine();
    client.send(R"(0{"pid":"AAAAAAAAAAAAAAAAAAAA"})");
    EXPECT_EQ(read(client), Texts{"CONNECT"});
    EXPECT_EQ(world.asked, Texts{"/ AAAAAAAAAAAAAAAAAAAA "}) << "the adapter knows what to do";
}

TEST_F(AdapterRecoveryTest, AnAnswerThatFitsNobodyIsNone) {
    const std::vector<std::function<void(RestoredSession&)>> forgeries{
        [](RestoredSession& answer) { answer.session.pid[3] = '!'; },
        [](RestoredSession& answer) { answer.session.nsp = "/other"; },
        [](RestoredSession& answer) { answer.session.sid.clear(); },
        [](RestoredSession& answer) { answer.session.sid.assign(1'000, 'x'); },
    };
    for (const auto& forgery : forgeries) {
        memory = {};
        world.forges = nullptr;
        auto& client = connect_with_event();
        RecoveryWorld::lose(client);
        world.forges = forgery;
        auto& again = world.come(memory);
        EXPECT_EQ(read(again), Texts{"CONNECT"});
        EXPECT_FALSE(recovered);
    }
}

TEST_F(AdapterRecoveryTest, WhatIsNoEventAmongTheMissedIsLeftOut) {
    auto& client = connect_with_event();
    RecoveryWorld::lose(client);
    world.root().emit("x");
    world.forges = [](RestoredSession& answer) {
        auto broken = answer.missed.front();
        broken.data.clear();
        answer.missed.push_back(broken);
        broken.data = {5};
        answer.missed.push_back(broken);
        broken.data = {"y"};
        broken.offset = "none";
        answer.missed.push_back(broken);
    };
    auto& again = world.come(memory);
    EXPECT_EQ(read(again), (Texts{R"(2["x","1790000000095-1"])", "CONNECT"}));
}

TEST_F(AdapterRecoveryTest, NobodyIsSentMoreThanAQueueHolds) {
    world.options.send_queue_packets_max = 10;
    auto& client = connect_with_event();
    RecoveryWorld::lose(client);
    for (int i = 0; i < 6; ++i) world.root().emit("x");
    auto& again = world.come(memory);
    EXPECT_EQ(read(again), Texts{"CONNECT"});
    EXPECT_FALSE(recovered);
}

TEST_F(AdapterRecoveryTest, MayComeBackInAnotherFormat) {
    world.options.parser = Parser::by_client;
    auto& client = connect_with_event();
    RecoveryWorld::lose(client);
    world.root().emit("x", 1);
    auto& again = world.connect_engine();
    const auto payload = *wire::parse_json(memory.payload(), 10);
    again.send_binary(msgpack().encode({wire::PacketType::connect, "/", {}, payload}).data);
    const auto packets = again.read();
    ASSERT_EQ(packets.size(), 2U) << "what was missed, and the reply";
    wire::PacketDecoder begun;
    const auto missed = msgpack().decode(packets[0].substr(1), true, begun, wire::PacketLimits());
    ASSERT_TRUE(missed && *missed);
    EXPECT_EQ((**missed).data, Value(Array{"x", 1, "1790000000095-1"}));
}

TEST_F(AdapterRecoveryTest, TheNewestConnectionWins) {
    auto& old = connect_with_event();
    world.root().emit("x");
    world.pass(base::Milliseconds(10));
    auto& again = world.come(memory);
    EXPECT_EQ(read(again), (Texts{R"(2["x","1790000000095-1"])", "CONNECT"}));
    EXPECT_TRUE(recovered);
    EXPECT_FALSE(old.is_open());
    EXPECT_EQ(world.left, Reasons{DisconnectReason::forced_server_close});
}

TEST_F(AdapterRecoveryTest, APidIsOfOneNamespace) {
    (void)world.make_namespace("/other");
    auto& client = connect_with_event();
    world.pass(base::Milliseconds(10));
    auto& elsewhere = world.come(memory, "/other");
    elsewhere.read();
    EXPECT_TRUE(client.is_open());
    RecoveryWorld::lose(client);
    auto& again = world.come(memory);
    EXPECT_EQ(read(again), Texts{"CONNECT"});
    EXPECT_TRUE(recovered);
}

TEST_F(AdapterRecoveryTest, WhatIsEmittedBeforeTheConnectionComesBehindItsReply) {
    world.root().use([](Socket& socket, const Next& next) {
        socket.emit("early", 1);
        next();
    });
    auto& client = world.come(memory);
    EXPECT_EQ(read(client), (Texts{"CONNECT", R"(2["early",1,"1790000000095-0"])"}));
}

TEST_F(AdapterRecoveryTest, TooMuchBeforeTheConnectionIsRefused) {
    world.options.send_queue_packets_max = 3;
    world.root().use([](Socket& socket, const Next& next) {
        for (int i = 0; i < 4; ++i) socket.emit("early", i);
        next();
    });
    auto& client = world.come(memory);
    EXPECT_EQ(client.read(), Texts{R"(4{"message":"Too many messages before the connection"})"});
    EXPECT_TRUE(world.store.entries().empty());
}

TEST_F(AdapterRecoveryTest, WhoHasLeftItsOwnRoomIsStillEmittedTo) {
    auto& client = connect();
    world.socket().leave(sid);
    world.socket().emit("x", 1);
    EXPECT_EQ(read(client), Texts{R"(2["x",1])"}) << "nothing that could come again";
}

TEST_F(AdapterRecoveryTest, ABroadcastThatComesLateIsNoNews) {
    auto& client = connect_with_event();
    RecoveryWorld::lose(client);
    world.holds_broadcasts = true;
    world.root().emit("x", 1);
    auto& again = world.come(memory);
    EXPECT_EQ(read(again), (Texts{R"(2["x",1,"1790000000095-1"])", "CONNECT"}));
    Memory others;
    auto& other = world.come(others);
    other.read();
    EXPECT_EQ(world.desk().ahead(), 1U);
    world.root().emit("x", 2);
    world.let_in();
    EXPECT_EQ(read(again), Texts{R"(2["x",2,"1790000000095-2"])"});
    EXPECT_EQ(other.read().size(), 2U) << "it is for who was there";
    EXPECT_EQ(world.desk().ahead(), 0U);
}

TEST_F(AdapterRecoveryTest, InANamespaceThatIsClosedNobodyComesBackHere) {
    (void)world.make_namespace("/other");
    auto& client = world.come(memory, "/other");
    client.read();
    world.store.keep({"sid-of-another", "zzzzzzzzzzzzzzzzzzzz", "/other", {}, nullptr});
    world.hub().close_namespace("/other");
    auto& again = world.connect_engine();
    again.send(R"(0/other,{"pid":"zzzzzzzzzzzzzzzzzzzz","offset":"1-1"})");
    EXPECT_EQ(again.read(), Texts{R"(4/other,{"message":"Invalid namespace"})"});
    EXPECT_EQ(world.store.sessions().size(), 1U) << "other servers may have it open";
}

}  // namespace
}  // namespace socketio::hub
