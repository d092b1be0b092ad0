// Answers to events that asked for one.

#include "hub/ack_reply.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

namespace socketio::hub {
namespace {

class AckReplyTest : public testing::Test {
protected:
    AckReplyTest() {
        world.root().on("ask",
                        [this](Socket&, const Args&, Ack ack) { acks.push_back(std::move(ack)); });
    }

    World world;
    std::vector<Ack> acks;
};

TEST_F(AckReplyTest, AnswersOnceWithTheIdOfTheEvent) {
    auto& client = world.connect();
    client.send("212[\"ask\"]");
    ASSERT_EQ(acks.size(), 1U);
    EXPECT_TRUE(acks[0].wanted());
    const auto copy = acks[0];
    acks[0].reply(1, "two");
    EXPECT_FALSE(copy.wanted());
    copy.reply("again");
    EXPECT_EQ(client.read(), Texts{R"(312[1,"two"])"});
}

TEST_F(AckReplyTest, AnswersInItsNamespaceAndWithAttachments) {
    auto& admin = world.make_namespace("/admin");
    admin.on("ask", [](Socket&, const Args&, const Ack& ack) { ack.reply(Binary("\x01\x02")); });
    auto& client = world.connect("/admin");
    client.send("2/admin,0[\"ask\"]");
    EXPECT_EQ(client.read(), (Texts{R"(61-/admin,0[{"_placeholder":true,"num":0}])", "b\x01\x02"}));
}

TEST_F(AckReplyTest, AnEmptyAnswerIsAnEmptyArray) {
    auto& client = world.connect();
    client.send("20[\"ask\"]");
    acks[0].reply();
    EXPECT_EQ(client.read(), Texts{"30[]"});
}

TEST_F(AckReplyTest, NothingIsAnsweredThatWasNotAsked) {
    auto& client = world.connect();
    client.send("2[\"ask\"]");
    EXPECT_FALSE(acks[0].wanted());
    acks[0].reply(1);
    Ack().reply(2);
    EXPECT_TRUE(client.read().empty());
}

TEST_F(AckReplyTest, MayBeKeptInAnyOrderAndOutliveTheSocket) {
    auto& client = world.connect();
    for (const auto* id : {"0", "1", "2", "3"}) client.send('2' + std::string(id) + "[\"ask\"]");
    acks[2].reply();
    acks[0].reply();
    acks.erase(acks.begin() + 1);
    EXPECT_EQ(client.read(), (Texts{"32[]", "30[]"}));
    client.lose(DisconnectReason::transport_close);
    EXPECT_FALSE(acks.back().wanted());
    world.destroy_clients();
    world.settle();
    for (const auto& ack : acks) ack.reply("late");
}

TEST_F(AckReplyTest, IsNotWantedAnyMoreWhenTheDisconnectHandlerRuns) {
    bool wanted = true;
    world.root().on_connection([&](Socket& socket) {
        socket.on_disconnect([&](Socket&, DisconnectReason) { wanted = acks.at(0).wanted(); });
    });
    auto& client = world.connect();
    client.send("20[\"ask\"]");
    client.send("1");
    EXPECT_FALSE(wanted);
    acks[0].reply();
    EXPECT_TRUE(client.read().empty());
}

}  // namespace
}  // namespace socketio::hub
