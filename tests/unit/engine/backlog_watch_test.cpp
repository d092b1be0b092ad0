// When a session counts as behind, and who is told.

#include "engine/backlog_watch.hpp"

#include "unit/engine/fakes.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>

namespace socketio::engine {
namespace {

class BacklogPort final : public FakePort {
public:
    void on_backlog() override {
        ++backlogs;
        if (act) act();
    }

    int backlogs = 0;
    std::function<void()> act;
};

class BacklogWatchTest : public testing::Test {
protected:
    struct Peer {
        explicit Peer(const SessionContext& context)
            : session("sid", wire::EngineProtocol::v4, context) {
            transport.attach(session);
            session.open(transport, port);
            transport.read();
        }
        void send(std::size_t bytes) {
            session.send(Message::make(
                make_content(wire::EnginePacketType::message, std::string(bytes - 1, 'x'))));
        }

        FakeTransport transport;
        BacklogPort port;
        Session session;
    };

    BacklogWatchTest() { options.backlog_bytes = 100; }
    void tick() { deadlines.advance(deadlines.now() + base::DeadlineQueue::tick); }

    Options options;
    base::DeadlineQueue deadlines{test_start};
    Counters counters;
    FakeKeeper keeper;
    SessionContext context{options, deadlines, counters, keeper};
};

TEST_F(BacklogWatchTest, TellsOnceUntilTheQueueHasDrained) {
    Peer peer(context);
    peer.transport.is_writable = false;
    peer.send(100);
    tick();
    EXPECT_EQ(peer.port.backlogs, 0) << "the bound itself is none";
    peer.send(1);
    EXPECT_EQ(peer.port.backlogs, 0) << "never inside send()";
    tick();
    EXPECT_EQ(peer.port.backlogs, 1);
    EXPECT_TRUE(peer.session.has_backlog());
    peer.send(50);
    tick();
    EXPECT_EQ(peer.port.backlogs, 1);
    peer.transport.read();
    peer.session.on_drained();
    EXPECT_FALSE(peer.session.has_backlog());
    peer.send(101);
    tick();
    EXPECT_EQ(peer.port.backlogs, 2);
    EXPECT_EQ(counters.backlogs, 2U);
}

TEST_F(BacklogWatchTest, WaitsForTheWritesOfTheTurn) {
    Peer peer(context);
    peer.send(101);
    tick();
    EXPECT_EQ(peer.port.backlogs, 0) << "the transport may take it yet";
    peer.transport.is_writable = false;
    tick();
    EXPECT_EQ(peer.port.backlogs, 1) << "it did not";
}

TEST_F(BacklogWatchTest, WhoCaughtUpIsNotTold) {
    Peer peer(context);
    peer.transport.is_writable = false;
    peer.send(101);
    peer.transport.read();
    tick();
    EXPECT_EQ(peer.port.backlogs, 0);
    tick();
    EXPECT_EQ(peer.port.backlogs, 0);
}

TEST_F(BacklogWatchTest, IsOffWithoutABound) {
    options.backlog_bytes = 0;
    Peer peer(context);
    peer.transport.is_writable = false;
    peer.send(100'000);
    tick();
    EXPECT_EQ(peer.port.backlogs, 0);
}

TEST_F(BacklogWatchTest, ASessionThatEndsIsForgotten) {
    std::optional<Peer> peer(std::in_place, context);
    peer->transport.is_writable = false;
    peer->send(101);
    peer->session.close(DisconnectReason::transport_close);
    peer->session.watch_backlog();
    peer.reset();
    tick();
    std::optional<Peer> torn_down(std::in_place, context);
    torn_down->send(101);
    torn_down.reset();
    tick();
}

TEST_F(BacklogWatchTest, AHandlerMayEndTheOthersAndSendMore) {
    Peer one(context);
    Peer other(context);
    for (auto* peer : {&one, &other}) {
        peer->transport.is_writable = false;
        peer->send(101);
        auto* another = peer == &one ? &other : &one;
        peer->port.act = [peer, another] {
            another->session.close(DisconnectReason::transport_close);
            peer->send(200);
        };
    }
    tick();
    tick();
    EXPECT_EQ(one.port.backlogs + other.port.backlogs, 1) << "the other had left by then";
}

}  // namespace
}  // namespace socketio::engine
