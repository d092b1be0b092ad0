// One client and its packets: connecting, what closes a session, EIO3, bounds and endings.

#include "hub/client.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace socketio::hub {
namespace {

using namespace std::chrono_literals;
using Protocol = wire::EngineProtocol;

// CountingRandom: shard 7, then fourteen times the number of the socket.
const std::string first_id = "BwEBAQEBAQEBAQEBAQEB";

class ClientTest : public testing::Test {
protected:
    ClientTest() {
        world.root().on_connection([this](Socket& socket) {
            sockets.push_back(&socket);
            socket.on_disconnect(
                [this](Socket&, DisconnectReason reason) { left.push_back(reason); });
        });
    }

    World world;
    std::vector<Socket*> sockets;
    Reasons left;
};

// ---- Connecting --------------------------------------------------------------------------------

TEST_F(ClientTest, AnswersConnectWithAnIdThatIsNotTheEnginesSid) {
    auto& client = world.connect_engine();
    EXPECT_TRUE(client.read().empty()) << "version 5 connects nobody by itself";
    client.send("0");
    EXPECT_EQ(client.read(), Texts{"0{\"sid\":\"" + first_id + "\"}"});
    ASSERT_EQ(sockets.size(), 1U);
    EXPECT_EQ(sockets[0]->id(), first_id);
    EXPECT_EQ(sockets[0]->id().size(), 20U);
    EXPECT_TRUE(sockets[0]->connected());
    EXPECT_EQ(sockets[0]->protocol(), 4);
    EXPECT_EQ(sockets[0]->transport(), "websocket");
}

TEST_F(ClientTest, ConnectsToNamespacesWithAndWithoutComma) {
    world.make_namespace("/admin");
    world.make_namespace("/other");
    auto& client = world.connect();
    client.send("0/admin,{\"token\":\"t\"}");
    client.send("0/other");
    const auto replies = client.read();
    ASSERT_EQ(replies.size(), 2U);
    EXPECT_EQ(replies[0].substr(0, 16), R"(0/admin,{"sid":")");
    EXPECT_EQ(replies[1].substr(0, 16), R"(0/other,{"sid":")");
}

TEST_F(ClientTest, RefusesAnUnknownNamespace) {
    auto& client = world.connect();
    client.send("0/nope,");
    client.send("0/?a=b,");
    EXPECT_EQ(client.read(), (Texts{R"(4/nope,{"message":"Invalid namespace"})",
                                    R"(4/?a=b,{"message":"Invalid namespace"})"}));
    EXPECT_TRUE(client.is_open());
}

TEST_F(ClientTest, GivesEachSocketItsOwnAuth) {
    std::vector<Value> auths;
    auto& admin = world.make_namespace("/admin");
    auto& other = world.make_namespace("/other");
    for (auto* nsp : {&world.root(), &admin, &other}) {
        nsp->on_connection([&](Socket& socket) {
            auths.push_back(socket.handshake().auth);
            EXPECT_EQ(socket.handshake().address, "192.0.2.1");
            EXPECT_EQ(socket.handshake().query.get("room"), "1");
        });
    }
    Handshake handshake;
    handshake.address = "192.0.2.1";
    handshake.query.add("room", "1");
    auto& client = world.connect_engine(Protocol::v4, handshake);
    client.send("0{\"a\":1}");
    client.send("0/admin,{\"a\":2}");
    client.send("0/other,");
    ASSERT_EQ(auths.size(), 3U);
    EXPECT_EQ(auths[0], Value(Object{{"a", 1}}));
    EXPECT_EQ(auths[1], Value(Object{{"a", 2}}));
    EXPECT_TRUE(auths[2].is_null());
    EXPECT_EQ(sockets[0]->handshake().auth, Value(Object{{"a", 1}})) << "not what the others sent";
}

TEST_F(ClientTest, ASessionThatJoinsNothingIsClosed) {
    auto& idle = world.connect_engine();
    auto& joined = world.connect();
    world.pass(44'990ms);
    EXPECT_TRUE(idle.is_open());
    world.pass(10ms);
    EXPECT_FALSE(idle.is_open());
    EXPECT_TRUE(joined.is_open());
}

TEST_F(ClientTest, ARefusedOrPendingConnectDoesNotCountAsJoined) {
    auto& slow = world.make_namespace("/slow");
    std::vector<Next> waiting;
    slow.use([&](Socket&, const Next& next) { waiting.push_back(next); });
    auto& refused = world.connect_engine();
    refused.send("0/nope,");
    auto& pending = world.connect_engine();
    pending.send("0/slow,");
    world.options.ping_interval = 1h;
    world.pass(45'000ms);
    EXPECT_FALSE(refused.is_open());
    EXPECT_FALSE(pending.is_open());
    for (const auto& next : waiting) next();
    EXPECT_TRUE(pending.read().empty()) << "a decision after the end counts for nothing";
}

TEST_F(ClientTest, BoundsTheNamespacesOfASession) {
    world.options.namespaces_per_session_max = 2;
    world.make_namespace("/a");
    world.make_namespace("/b");
    auto& client = world.connect();
    client.send("0/a,");
    client.read();
    client.send("0/b,");
    EXPECT_EQ(client.read(), Texts{R"(4/b,{"message":"Too many namespaces"})"});
    client.send("1/a,");
    client.send("0/b,");
    EXPECT_EQ(client.read().front().substr(0, 4), "0/b,") << "there is room again";
}

// ---- What closes a session ---------------------------------------------------------------------

TEST_F(ClientTest, ClosesForWhatIsNoPacketOrOutOfPlace) {
    for (const auto* packet :
         {"", "9", "2{}", "2abc[1]", "2[]", "2[null]", "2[\"connect\"]", "2[\"disconnecting\"]",
          "0", "0{}", "4{\"message\":\"x\"}", "2/nope,[\"x\"]", "1/nope,", "3/nope,1[]", "1{}",
          "50-[\"x\"]", "511-[\"x\"]", "31{}"}) {
        left.clear();
        auto& client = world.connect();
        client.send(packet);
        EXPECT_EQ(left, Reasons{DisconnectReason::forced_close}) << packet;
        EXPECT_FALSE(client.is_open()) << packet;
    }
}

TEST_F(ClientTest, ClosesForAnEventBeforeConnect) {
    auto& client = world.connect_engine();
    client.send("2[\"x\"]");
    EXPECT_FALSE(client.is_open());
}

TEST_F(ClientTest, ClosesForPacketsToASocketThatIsNotLetInYet) {
    std::vector<Next> waiting;
    auto& slow = world.make_namespace("/slow");
    slow.use([&](Socket&, const Next& next) { waiting.push_back(next); });
    for (const auto* packet : {"2/slow,[\"x\"]", "0/slow,", "1/slow,"}) {
        auto& client = world.connect();
        client.send("0/slow,");
        client.send(packet);
        EXPECT_FALSE(client.is_open()) << packet;
    }
}

TEST_F(ClientTest, ClosesForAttachmentsOutOfPlace) {
    auto& none_owed = world.connect();
    none_owed.send_binary("x");
    EXPECT_FALSE(none_owed.is_open());
    auto& text_instead = world.connect();
    text_instead.send(R"(51-["x",{"_placeholder":true,"num":0}])");
    text_instead.send("2[\"y\"]");
    EXPECT_FALSE(text_instead.is_open());
    auto& wrong_index = world.connect();
    wrong_index.send(R"(51-["x",{"_placeholder":true,"num":1}])");
    EXPECT_FALSE(wrong_index.is_open());
    EXPECT_EQ(left.size(), 3U);
}

TEST_F(ClientTest, WaitsForAttachmentsAsLongAsItIsTold) {
    world.options.attachment_timeout = 100ms;
    auto& client = world.connect();
    client.send(R"(52-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    world.pass(60ms);
    client.send_binary("one of two buys no more time");
    EXPECT_TRUE(client.is_open());
    world.pass(50ms);
    EXPECT_FALSE(client.is_open());
    EXPECT_EQ(left, Reasons{DisconnectReason::forced_close});
    EXPECT_EQ(world.logged.back().fields.front().second, "attachments did not come in time");
}

TEST_F(ClientTest, DoesNotWaitForAttachmentsThatCame) {
    world.options.attachment_timeout = 100ms;
    auto& client = world.connect();
    for (int i = 0; i < 3; ++i) {
        client.send(R"(51-["x",{"_placeholder":true,"num":0}])");
        world.pass(60ms);
        client.send_binary("it");
    }
    world.pass(200ms);
    EXPECT_TRUE(client.is_open());
}

TEST_F(ClientTest, WaitsForAttachmentsThatWereAnnouncedBeforeItWasLetIn) {
    world.options.attachment_timeout = 100ms;
    std::optional<Next> decide;
    world.make_namespace("/slow").use([&](Socket&, const Next& next) { decide.emplace(next); });
    auto& client = world.connect_engine();
    client.send("0/slow,");
    client.send(R"(51-/slow,["x",{"_placeholder":true,"num":0}])");
    world.pass(150ms);
    EXPECT_TRUE(client.is_open()) << "who has joined nothing has connect_timeout";
    (*decide)();
    world.pass(90ms);
    EXPECT_TRUE(client.is_open());
    world.pass(20ms);
    EXPECT_FALSE(client.is_open());
}

TEST_F(ClientTest, LogsWhyAPacketWasRefused) {
    auto& client = world.connect();
    client.send("9");
    const auto& event = world.logged.back();
    EXPECT_EQ(event.event, "packet refused");
    EXPECT_EQ(event.level, LogLevel::debug);
    EXPECT_FALSE(client.is_open());
}

TEST_F(ClientTest, AnEventWithoutPayloadIsTolerated) {
    int seen = 0;
    auto& client = world.connect();
    sockets[0]->on_any([&](Socket&, std::string_view, const Args&) { ++seen; });
    client.send("2");
    EXPECT_TRUE(client.is_open());
    EXPECT_EQ(seen, 0);
}

TEST_F(ClientTest, AfterTheServerLeftANamespacePacketsUnderWayAreNoFault) {
    auto& client = world.connect();
    sockets[0]->disconnect();
    EXPECT_EQ(client.read(), Texts{"1"});
    client.send("2[\"x\"]");
    client.send("31[]");
    client.send("2[\"y\"]");
    EXPECT_TRUE(client.is_open());
    client.send("0");
    EXPECT_EQ(sockets.size(), 2U) << "the client may come back";
    client.send("1");
    client.send("2[\"x\"]");
    EXPECT_FALSE(client.is_open()) << "this time it left by itself";
}

TEST_F(ClientTest, TwoDisconnectsMayCross) {
    auto& client = world.connect();
    sockets[0]->disconnect();
    client.send("1");
    EXPECT_TRUE(client.is_open());
    EXPECT_EQ(left, Reasons{DisconnectReason::server_namespace_disconnect});
    client.send("2[\"x\"]");
    EXPECT_FALSE(client.is_open()) << "nothing can follow its own disconnect";
}

// ---- Socket.IO 1.x and 2.x ---------------------------------------------------------------------

TEST_F(ClientTest, Version3ConnectsToTheRootByItself) {
    auto& client = world.connect_engine(Protocol::v3);
    EXPECT_EQ(client.read(), Texts{"0"}) << "without a sid";
    EXPECT_EQ(sockets[0]->id(), "engine-sid");
    EXPECT_EQ(sockets[0]->protocol(), 3);
    client.send("0");
    EXPECT_FALSE(client.is_open()) << "a second CONNECT";
}

TEST_F(ClientTest, Version3TakesTheQueryOfANamespaceApart) {
    std::optional<Handshake> seen;
    std::string id;
    auto& chat = world.make_namespace("/chat");
    chat.on_connection([&](Socket& socket) {
        seen = socket.handshake();
        id = socket.id();
    });
    Handshake handshake;
    handshake.query.add("EIO", "3");
    auto& client = world.connect_engine(Protocol::v3, handshake);
    client.read();
    client.send("0/chat?token=a%20b&x=1,");
    EXPECT_EQ(client.read(), Texts{"0/chat,"});
    EXPECT_EQ(id, "/chat#engine-sid");
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->query.get("token"), "a b");
    EXPECT_EQ(seen->query.get("EIO"), "3");
    EXPECT_EQ(seen->auth, Value(Object{{"token", "a b"}, {"x", "1"}}));
    EXPECT_TRUE(sockets[0]->handshake().auth.is_null()) << "the root's is another one";
    EXPECT_FALSE(sockets[0]->handshake().query.find("token"));
}

TEST_F(ClientTest, Version3GetsRefusalsAsBareValues) {
    auto& refusing = world.make_namespace("/refusing");
    refusing.use([](Socket& socket, const Next& next) {
        if (socket.handshake().query.get("data").empty()) {
            next.refuse("not authorized");
        } else {
            next.refuse("not authorized", Object{{"code", 1}});
        }
    });
    auto& client = world.connect("/", Protocol::v3);
    client.send("0/refusing,");
    client.send("0/refusing?data=1,");
    client.send("0/nope,");
    EXPECT_EQ(client.read(), (Texts{R"(4/refusing,"not authorized")", R"(4/refusing,{"code":1})",
                                    R"(4/nope,{"message":"Invalid namespace"})"}));
}

// ---- Endings -----------------------------------------------------------------------------------

TEST_F(ClientTest, EverySocketHearsTheSessionsReason) {
    Reasons admin_left;
    auto& admin = world.make_namespace("/admin");
    admin.on_connection([&](Socket& socket) {
        socket.on_disconnect(
            [&](Socket&, DisconnectReason reason) { admin_left.push_back(reason); });
    });
    for (const auto reason :
         {DisconnectReason::transport_close, DisconnectReason::transport_error,
          DisconnectReason::ping_timeout, DisconnectReason::server_shutting_down}) {
        left.clear();
        admin_left.clear();
        auto& client = world.connect();
        client.send("0/admin,");
        client.lose(reason);
        EXPECT_EQ(left, Reasons{reason});
        EXPECT_EQ(admin_left, Reasons{reason});
    }
}

TEST_F(ClientTest, AClientMayLeaveOneNamespaceAndKeepTheOther) {
    auto& admin = world.make_namespace("/admin");
    int events = 0;
    admin.on("x", [&](Socket&) { ++events; });
    auto& client = world.connect();
    client.send("0/admin,");
    client.send("1");
    EXPECT_EQ(left, Reasons{DisconnectReason::client_namespace_disconnect});
    client.send("2/admin,[\"x\"]");
    EXPECT_EQ(events, 1);
    EXPECT_TRUE(client.is_open());
}

TEST_F(ClientTest, ClosingAllTellsEachOnceEvenWhenHandlersCloseOthers) {
    auto& first = world.connect();
    auto& second = world.connect();
    sockets[0]->on_disconnect([&](Socket&, DisconnectReason) { sockets[1]->disconnect(true); });
    world.hub().close_all(DisconnectReason::server_shutting_down);
    EXPECT_FALSE(first.is_open());
    EXPECT_FALSE(second.is_open());
    EXPECT_EQ(left, (Reasons{DisconnectReason::server_shutting_down,
                             DisconnectReason::server_namespace_disconnect}));
}

TEST_F(ClientTest, ASlowClientIsLogged) {
    world.options.send_queue_packets_max = 2;
    auto& client = world.connect();
    for (int i = 0; i < 3; ++i) sockets[0]->emit("x");
    EXPECT_TRUE(left.empty()) << "handlers do not run inside emit()";
    EXPECT_TRUE(sockets[0]->connected());
    world.settle();
    EXPECT_EQ(left, Reasons{DisconnectReason::slow_client});
    EXPECT_EQ(world.logged.back().event, "slow client closed");
    EXPECT_FALSE(client.is_open());
}

TEST_F(ClientTest, CountsItsClients) {
    world.connect();
    world.connect_engine();
    EXPECT_EQ(world.hub().clients_count(), 2U);
    world.destroy_clients();
    EXPECT_EQ(world.hub().clients_count(), 0U);
}

}  // namespace
}  // namespace socketio::hub
