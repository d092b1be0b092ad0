// The Socket that applications see: events out, rooms, acks, state.

#include "socketio/socket.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <any>
#include <stdexcept>

namespace socketio::hub {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;

class SocketTest : public testing::Test {
protected:
    SocketTest() {
        world.root().on_connection([this](Socket& connected) { socket = &connected; });
    }
    AckHandler record() {
        return [this](error_code ec, const Args& args) { answers.emplace_back(ec, args); };
    }

    World world;
    Socket* socket = nullptr;
    std::vector<std::pair<error_code, Args>> answers;
};

TEST_F(SocketTest, EmitsTextAndBinary) {
    auto& client = world.connect();
    socket->emit("hello", 1, 2.5, "x", true, nullptr, Array{1, 2}, Object{{"a", 1}});
    socket->emit("bytes", Binary("\x01"), Object{{"b", Binary("\x02\x03")}});
    EXPECT_EQ(
        client.read(),
        (Texts{R"(2["hello",1,2.5,"x",true,null,[1,2],{"a":1}])",
               R"(52-["bytes",{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}}])",
               "b\x01", "b\x02\x03"}));
}

TEST_F(SocketTest, ReservedNamesThrow) {
    auto& client = world.connect();
    EXPECT_THROW(socket->emit("connect"), std::invalid_argument);
    EXPECT_THROW(socket->emit_with_ack("disconnect", {}, 0ms, record()), std::invalid_argument);
    EXPECT_THROW(socket->on("disconnecting", [](Socket&) {}), std::invalid_argument);
    EXPECT_TRUE(client.read().empty());
}

TEST_F(SocketTest, FlagsReachTheMessage) {
    auto& client = world.connect();
    client.transport().is_writable = false;
    socket->send("x", {}, {.is_volatile = true});
    EXPECT_TRUE(client.session().queue().empty());
    socket->send("y", {}, {.compress = false});
    EXPECT_FALSE(client.session().queue().messages().front()->content().compress);
}

// ---- Acks --------------------------------------------------------------------------------------

TEST_F(SocketTest, AsksWithIdsOfTheNamespaceFromZero) {
    auto& first = world.connect();
    auto* first_socket = socket;
    auto& second = world.connect();
    first_socket->emit_with_ack("ask", {"a"}, 0ms, record());
    socket->emit_with_ack("ask", {}, 0ms, record());
    first_socket->emit_with_ack("ask", {Binary("b")}, 0ms, record());
    EXPECT_EQ(first.read(),
              (Texts{R"(20["ask","a"])", R"(51-2["ask",{"_placeholder":true,"num":0}])", "bb"}));
    EXPECT_EQ(second.read(), Texts{R"(21["ask"])"});
    first.send(R"(30["answer",1])");
    first.send(R"(61-2[{"_placeholder":true,"num":0}])");
    first.send_binary("\x07");
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_FALSE(answers[0].first);
    EXPECT_EQ(answers[0].second, (Args{"answer", 1}));
    EXPECT_EQ(answers[1].second, Args{Binary("\x07")});
}

TEST_F(SocketTest, AcksOfOthersUnknownOnesAndSecondOnesAreIgnored) {
    auto& asked = world.connect();
    socket->emit_with_ack("ask", {}, 0ms, record());
    auto& other = world.connect();
    other.send("30[]");
    asked.send("399[]");
    EXPECT_TRUE(answers.empty());
    asked.send("30[]");
    asked.send("30[]");
    EXPECT_EQ(answers.size(), 1U);
    EXPECT_TRUE(asked.is_open());
}

TEST_F(SocketTest, AnAckMayTimeOutAndComeLate) {
    auto& client = world.connect();
    socket->emit_with_ack("ask", {}, 200ms, record());
    world.pass(190ms);
    EXPECT_TRUE(answers.empty());
    world.pass(10ms);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].first, errc::ack_timeout);
    client.send("30[]");
    EXPECT_EQ(answers.size(), 1U);
}

TEST_F(SocketTest, PendingAcksFailWhenTheSocketLeaves) {
    auto& client = world.connect();
    socket->emit_with_ack("ask", {}, 0ms, record());
    socket->emit_with_ack("ask", {}, 1'000ms, record());
    client.lose(DisconnectReason::transport_close);
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0].first, errc::disconnected);
    EXPECT_EQ(answers[1].first, errc::disconnected);
    world.pass(2'000ms);
    EXPECT_EQ(answers.size(), 2U);
}

TEST_F(SocketTest, AskingASocketThatHasLeftFailsLater) {
    world.connect();
    socket->disconnect();
    socket->emit_with_ack("ask", {}, 0ms, record());
    EXPECT_TRUE(answers.empty()) << "never inside the call";
    world.settle();
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].first, errc::disconnected);
}

TEST_F(SocketTest, BoundsPendingAcksByFailingTheOldest) {
    world.options.pending_acks_max = 3;
    auto& client = world.connect();
    for (int i = 0; i < 4; ++i) socket->emit_with_ack("ask", {}, 0ms, record());
    EXPECT_TRUE(answers.empty()) << "never inside the call";
    world.settle();
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].first, errc::ack_timeout);
    client.send("30[]");
    EXPECT_EQ(answers.size(), 1U) << "the oldest was the first";
    client.send("31[]");
    EXPECT_EQ(answers.size(), 2U);
}

TEST_F(SocketTest, AnAckHandlerThatAsksAgainDoesNotCallItselfWithoutEnd) {
    world.options.pending_acks_max = 1;
    auto& client = world.connect();
    int asked = 0;
    std::function<void()> ask = [&] {
        ++asked;
        socket->emit_with_ack("ask", {}, 0ms, [&](error_code, const Args&) { ask(); });
    };
    ask();
    ask();
    for (int turn = 0; turn < 5; ++turn) world.settle();
    EXPECT_LT(asked, 20);
    EXPECT_TRUE(client.is_open());
}

// ---- Rooms -------------------------------------------------------------------------------------

TEST_F(SocketTest, ListsItsRoomsWithItsIdFirst) {
    world.connect();
    EXPECT_TRUE(socket->join("a"));
    EXPECT_TRUE(socket->join("a"));
    EXPECT_TRUE(socket->join(socket->id()));
    EXPECT_EQ(socket->rooms(), (Texts{std::string(socket->id()), "a"}));
    socket->leave("a");
    socket->leave("never joined");
    EXPECT_EQ(socket->rooms(), Texts{std::string(socket->id())});
}

TEST_F(SocketTest, BoundsItsRooms) {
    world.options.rooms_per_socket_max = 2;
    world.connect();
    EXPECT_TRUE(socket->join("a"));
    EXPECT_TRUE(socket->join("b"));
    EXPECT_FALSE(socket->join("c"));
    EXPECT_TRUE(socket->join("a")) << "is there already";
    EXPECT_TRUE(socket->join(socket->id()));
    EXPECT_EQ(socket->rooms().size(), 3U);
    socket->leave("b");
    EXPECT_TRUE(socket->join("c"));
}

TEST_F(SocketTest, BroadcastsToOthersOnly) {
    auto& first = world.connect();
    auto* first_socket = socket;
    auto& second = world.connect();
    first_socket->join("a");
    socket->join("a");
    first_socket->to("a").emit("x");
    first_socket->in("a").emit("y");
    first_socket->broadcast().emit("z");
    EXPECT_TRUE(first.read().empty());
    EXPECT_EQ(second.read(), (Texts{R"(2["x"])", R"(2["y"])", R"(2["z"])"}));
}

// ---- State -------------------------------------------------------------------------------------

TEST_F(SocketTest, KeepsTheApplicationsData) {
    world.connect();
    EXPECT_FALSE(socket->data().has_value());
    socket->data() = 42;
    EXPECT_EQ(std::any_cast<int>(socket->data()), 42);
}

TEST_F(SocketTest, KnowsItsNamespaceAndTransport) {
    world.make_namespace("/a").on_connection([this](Socket& connected) { socket = &connected; });
    auto& client = world.connect("/a");
    EXPECT_EQ(socket->nsp().name(), "/a");
    EXPECT_EQ(socket->transport(), "websocket");
    client.lose(DisconnectReason::transport_close);
    EXPECT_EQ(socket->transport(), "websocket") << "answers until it is gone";
    EXPECT_EQ(socket->protocol(), 4);
}

}  // namespace
}  // namespace socketio::hub
