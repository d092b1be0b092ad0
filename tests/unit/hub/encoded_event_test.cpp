// Events that are encoded once: what they have in common wherever they are sent, and where they may not be.

#include "socketio/encoded_event.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace socketio::hub {
namespace {

class EncodedEventTest : public testing::Test {
protected:
    EncodedEventTest() {
        world.root().on_connection([this](Socket& socket) { sockets.push_back(&socket); });
    }
    [[nodiscard]] static engine::Message* front(TestClient& client) {
        return client.session().queue().messages().front().get();
    }

    [[nodiscard]] static const engine::ContentRef& content_of(const EncodedEvent& event) {
        return event.contents().of({wire::PacketFormat::json, false});
    }

    World world;
    std::vector<Socket*> sockets;
};

TEST_F(EncodedEventTest, SentOneByOneInATurnIsOneMessage) {
    std::vector<TestClient*> clients;
    for (int i = 0; i < 20; ++i) clients.push_back(&world.connect());
    const auto event = world.root().encode("x", {1, Binary("\x01")});
    const auto other = world.root().encode("y", {});
    for (auto* socket : sockets) {
        EXPECT_EQ(socket->emit(event), EmitOutcome::queued);
        EXPECT_EQ(socket->send(other), EmitOutcome::queued);
    }
    for (auto* client : clients) EXPECT_EQ(front(*client), front(*clients.front()));
    EXPECT_EQ(front(*clients.front())->shared_content(), content_of(event));
    EXPECT_EQ(clients.back()->read(),
              (Texts{R"(51-["x",1,{"_placeholder":true,"num":0}])", "b\x01", R"(2["y"])"}));
}

TEST_F(EncodedEventTest, SharesItsMessageWithBroadcastsOfItself) {
    auto& one = world.connect();
    auto& other = world.connect();
    sockets[1]->join("room");
    const auto event = world.root().encode("x", {});
    sockets[0]->emit(event);
    world.root().to("room").emit(event);
    EXPECT_EQ(front(one), front(other));
    EXPECT_EQ(one.read(), Texts{R"(2["x"])"});
    world.root().emit(event);
    EXPECT_EQ(one.read(), Texts{R"(2["x"])"});
    EXPECT_EQ(other.read(), (Texts{R"(2["x"])", R"(2["x"])"}));
}

TEST_F(EncodedEventTest, KeepsNoFramesBetweenTurns) {
    auto& client = world.connect();
    const auto event = world.root().encode("x", {});
    sockets[0]->emit(event);
    EXPECT_EQ(content_of(event).use_count(), 2) << "the event and the one message";
    client.read();
    world.settle();
    EXPECT_EQ(content_of(event).use_count(), 1);
    sockets[0]->emit(event);
    EXPECT_EQ(client.read(), Texts{R"(2["x"])"});
}

TEST_F(EncodedEventTest, KeepsABoundedNumberOfMessagesWithinATurn) {
    auto& client = world.connect();
    std::vector<EncodedEvent> events;
    for (int i = 0; i < 1'000; ++i) events.push_back(world.root().encode("x", {i}));
    for (const auto& event : events) {
        sockets[0]->emit(event);
        client.read();
    }
    const auto kept = std::count_if(events.begin(), events.end(), [](const EncodedEvent& event) {
        return content_of(event).use_count() > 1;
    });
    EXPECT_LE(kept, 256);
}

TEST_F(EncodedEventTest, GoesWithTheFlagsThatItWasEncodedWith) {
    auto& client = world.connect();
    EmitFlags flags;
    flags.is_volatile = true;
    flags.compress = false;
    flags.conflate_key = "state";
    const auto event = world.root().encode("x", {}, flags);
    sockets[0]->emit(event);
    EXPECT_EQ(sockets[0]->emit(event), EmitOutcome::replaced);
    EXPECT_FALSE(front(client)->content().compress);
    client.transport().is_writable = false;
    EXPECT_EQ(sockets[0]->emit(event), EmitOutcome::refused);
    world.root().emit(event);
    world.root().as_volatile().emit(world.root().encode("y", {}));
    EXPECT_EQ(client.read(), Texts{R"(2["x"])"});
}

TEST_F(EncodedEventTest, IsOfOneNamespace) {
    auto& admin = world.make_namespace("/admin");
    world.connect();
    const auto event = admin.encode("x", {});
    EXPECT_THROW(sockets[0]->emit(event), std::invalid_argument);
    EXPECT_THROW(world.root().emit(event), std::invalid_argument);
    EXPECT_EQ(&event.nsp(), &admin);
}

TEST_F(EncodedEventTest, RefusesReservedNames) {
    EXPECT_THROW((void)world.root().encode("disconnect", {}), std::invalid_argument);
}

TEST_F(EncodedEventTest, WaitsForTheConnectReplyAndGoesNowhereAfterTheEnd) {
    auto& early = world.make_namespace("/early");
    Socket* socket = nullptr;
    early.use([&](Socket& connecting, const Next& next) {
        connecting.emit(early.encode("x", {}));
        socket = &connecting;
        next();
    });
    auto& client = world.connect_engine();
    client.send("0/early,");
    const auto packets = client.read();
    ASSERT_EQ(packets.size(), 2U);
    EXPECT_EQ(packets[1], R"(2/early,["x"])");
    socket->disconnect();
    EXPECT_EQ(socket->emit(early.encode("x", {})), EmitOutcome::disconnected);
}

TEST_F(EncodedEventTest, CountsAsItsMessageDoes) {
    auto& client = world.connect();
    const auto event = world.root().encode("x", {"abc"});
    sockets[0]->emit(event);
    EXPECT_EQ(event.bytes(), client.session().queue().bytes());
}

}  // namespace
}  // namespace socketio::hub
