// Operators as values, and what they hand to the namespace's port.

#include "socketio/broadcast.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace socketio::hub {
namespace {

class RecordingPort final : public NamespacePort {
public:
    void broadcast(const Namespace& nsp, Audience to, EmitFlags with, std::string_view event,
                   Args args) override {
        name = nsp.name();
        audience = std::move(to);
        flags = with;
        data = std::move(args);
        data.insert(data.begin(), Value(event));
    }
    void deliver_everywhere(Delivery) override {}
    void surgery(RoomSurgery asked) override { surgeries.push_back(std::move(asked)); }
    void ask(Question, BroadcastAckHandler) override {}
    void fetch(SocketQuery, FetchHandler) override {}
    void require_setup_phase(const Namespace&) const override {}

    std::string name;
    Audience audience;
    EmitFlags flags;
    Args data;
    std::vector<RoomSurgery> surgeries;
};

class BroadcastTest : public testing::Test {
protected:
    RecordingPort port;
    Namespace nsp{"/chat", port};
};

TEST_F(BroadcastTest, HandsOverAudienceFlagsAndArguments) {
    nsp.to("a").in("b").except("c").local().as_volatile().compress(false).emit("ev", 1, "x",
                                                                               nullptr);
    EXPECT_EQ(port.name, "/chat");
    EXPECT_EQ(port.audience.rooms, (Texts{"a", "b"}));
    EXPECT_EQ(port.audience.except, Texts{"c"});
    EXPECT_TRUE(port.flags.local);
    EXPECT_TRUE(port.flags.is_volatile);
    EXPECT_FALSE(port.flags.compress);
    EXPECT_EQ(port.data, (Args{"ev", 1, "x", nullptr}));
}

TEST_F(BroadcastTest, TakesListsOfRooms) {
    BroadcastOperator(nsp).to(Texts{"a", "b"}).except(Texts{"c", "d"}).emit("ev");
    EXPECT_EQ(port.audience.rooms, (Texts{"a", "b"}));
    EXPECT_EQ(port.audience.except, (Texts{"c", "d"}));
}

TEST_F(BroadcastTest, OperatorsDoNotChangeTheOneTheyComeFrom) {
    const auto base = nsp.to("a");
    (void)base.to("b").except("c").local().as_volatile().compress(false);
    base.emit("ev");
    EXPECT_EQ(port.audience.rooms, Texts{"a"});
    EXPECT_TRUE(port.audience.except.empty());
    EXPECT_FALSE(port.flags.local);
    EXPECT_FALSE(port.flags.is_volatile);
    EXPECT_TRUE(port.flags.compress);
}

TEST_F(BroadcastTest, ReservedNamesThrow) {
    for (const auto* name : {"connect", "connect_error", "disconnect", "disconnecting",
                             "newListener", "removeListener"}) {
        EXPECT_THROW(nsp.emit(name), std::invalid_argument) << name;
        EXPECT_THROW(nsp.to("a").emit(name, 1), std::invalid_argument) << name;
    }
    EXPECT_TRUE(port.data.empty());
}

TEST_F(BroadcastTest, OperatesOnRooms) {
    const auto operation = nsp.to("a").except("b");
    operation.sockets_join({"x", "y"});
    operation.sockets_leave({"z"});
    operation.disconnect_sockets();
    operation.disconnect_sockets(true);
    using Kind = RoomSurgery::Kind;
    ASSERT_EQ(port.surgeries.size(), 4U);
    const std::vector<Kind> kinds{Kind::join, Kind::leave, Kind::disconnect,
                                  Kind::disconnect_and_close};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        EXPECT_EQ(port.surgeries[i].kind, kinds[i]);
        EXPECT_EQ(port.surgeries[i].nsp, "/chat");
        EXPECT_EQ(port.surgeries[i].audience.rooms, Texts{"a"});
        EXPECT_EQ(port.surgeries[i].audience.except, Texts{"b"});
    }
    EXPECT_EQ(port.surgeries[0].rooms, (Texts{"x", "y"}));
    EXPECT_EQ(port.surgeries[1].rooms, Texts{"z"});
}

}  // namespace
}  // namespace socketio::hub
