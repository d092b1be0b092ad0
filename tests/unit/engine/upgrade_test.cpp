// From polling to WebSocket: the probe dance, its order, and what ends only the probe.

#include "engine/session.hpp"
#include "unit/engine/fakes.hpp"

#include <gtest/gtest.h>

namespace socketio::engine {
namespace {

using namespace std::chrono_literals;
using wire::EngineProtocol;
using Reasons = std::vector<DisconnectReason>;
using Texts = std::vector<std::string>;

class Upgrade : public testing::Test {
protected:
    void SetUp() override { open(EngineProtocol::v4); }
    void open(EngineProtocol protocol) {
        session = std::make_unique<Session>("sid-1", protocol, context);
        polling = std::make_unique<FakeTransport>(TransportKind::polling);
        websocket = std::make_unique<FakeTransport>(TransportKind::websocket);
        for (auto* transport : {polling.get(), websocket.get()}) transport->attach(*session);
        session->open(*polling, port);
        polling->read();
    }
    void pass(base::Milliseconds time) { deadlines.advance(deadlines.now() + time); }
    void send(std::string data) {
        session->send(
            Message::make(make_content(wire::EnginePacketType::message, std::move(data))));
    }

    Options options;
    base::DeadlineQueue deadlines{test_start};
    Counters counters;
    FakePort port;
    FakeKeeper keeper;
    SessionContext context{options, deadlines, counters, keeper};
    std::unique_ptr<FakeTransport> polling;
    std::unique_ptr<FakeTransport> websocket;
    std::unique_ptr<Session> session;
};

TEST_F(Upgrade, AnswersTheProbeBeforeItReleasesThePoll) {
    Texts log;
    polling->log = websocket->log = &log;
    EXPECT_TRUE(session->begin_upgrade(*websocket));
    EXPECT_FALSE(session->upgrading()) << "polls wait until the probe has been answered";
    websocket->receive("2probe");
    EXPECT_EQ(log, (Texts{"3probe", "6"}));
    EXPECT_EQ(websocket->past_queue, Texts{"3probe"});
    EXPECT_EQ(polling->past_queue, Texts{"6"});
    EXPECT_TRUE(session->upgrading());
}

TEST_F(Upgrade, SendsOnPollingUntilTheUpgradePacketAndThenOnTheWebSocket) {
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    websocket->receive("2probe");
    send("still polling");
    EXPECT_EQ(websocket->wakes, 0);
    EXPECT_EQ(session->transport_kind(), TransportKind::polling);
    websocket->receive("5");
    EXPECT_EQ(session->transport_kind(), TransportKind::websocket);
    EXPECT_TRUE(polling->retired);
    EXPECT_FALSE(session->upgrading());
    EXPECT_EQ(websocket->wakes, 1) << "what was queued leaves on the new transport";
    const auto polls = polling->wakes;
    send("websocket");
    EXPECT_EQ(polling->wakes, polls);
    EXPECT_EQ(websocket->read(), (Texts{"4still polling", "4websocket"}));
    send("later");
    EXPECT_EQ(websocket->wakes, 2);
}

TEST_F(Upgrade, IsCountedOnTheTransportThatCarriesIt) {
    EXPECT_EQ(counters.handshakes, 1U);
    EXPECT_EQ(counters.polling_sessions, 1U);
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    websocket->receive("2probe");
    EXPECT_EQ(counters.websocket_sessions, 0U) << "a probe carries nothing";
    websocket->receive("5");
    EXPECT_EQ(counters.polling_sessions, 0U);
    EXPECT_EQ(counters.websocket_sessions, 1U);
    session->close(DisconnectReason::forced_server_close);
    EXPECT_EQ(counters.websocket_sessions, 0U);
    EXPECT_EQ(counters.handshakes, 1U);
}

TEST_F(Upgrade, AnEmptyQueueNeedsNoWriting) {
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    websocket->receive("5");
    EXPECT_EQ(websocket->wakes, 0);
}

TEST_F(Upgrade, PacketsOfTheRetiredTransportCountForNothing) {
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    websocket->receive("2probe");
    websocket->receive("5");
    polling->receive("4late");
    polling->receive("9");
    session->on_transport_lost(*polling, DisconnectReason::transport_error);
    EXPECT_TRUE(session->is_open());
    EXPECT_TRUE(port.messages.empty());
    websocket->receive("4new");
    EXPECT_EQ(port.messages, Texts{"new"});
}

TEST_F(Upgrade, AnyOtherPacketEndsOnlyTheProbe) {
    for (const auto* packet : {"4hello", "2", "2other", "3", "0", "6", "1", "9"}) {
        open(EngineProtocol::v4);
        ASSERT_TRUE(session->begin_upgrade(*websocket));
        websocket->receive("2probe");
        websocket->receive(packet);
        EXPECT_TRUE(websocket->retired) << packet;
        EXPECT_FALSE(session->upgrading()) << packet;
        EXPECT_TRUE(session->is_open()) << packet;
        websocket->receive("5");
        EXPECT_EQ(session->transport_kind(), TransportKind::polling) << packet;
        EXPECT_TRUE(port.messages.empty()) << packet;
    }
}

TEST_F(Upgrade, ATimeoutEndsOnlyTheProbe) {
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    websocket->receive("2probe");
    pass(9'990ms);
    EXPECT_FALSE(websocket->retired);
    pass(10ms);
    EXPECT_TRUE(websocket->retired);
    EXPECT_TRUE(session->is_open());
    FakeTransport second(TransportKind::websocket);
    EXPECT_TRUE(session->begin_upgrade(second)) << "the client may try again";
    session->on_transport_lost(second, DisconnectReason::transport_close);
}

TEST_F(Upgrade, ALostProbeIsNotTouchedAnyMore) {
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    session->on_transport_lost(*websocket, DisconnectReason::transport_close);
    EXPECT_TRUE(session->is_open());
    EXPECT_FALSE(websocket->retired);
    pass(10'000ms);
    EXPECT_FALSE(websocket->retired);
}

TEST_F(Upgrade, OnlyOneAtATimeAndOnlyFromPolling) {
    FakeTransport second(TransportKind::websocket);
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    EXPECT_FALSE(session->begin_upgrade(second)) << "another probe is under way";
    websocket->receive("5");
    EXPECT_FALSE(session->begin_upgrade(second)) << "a WebSocket already";
    EXPECT_TRUE(session->is_open());

    open(EngineProtocol::v4);
    options.allow_upgrades = false;
    EXPECT_FALSE(session->begin_upgrade(*websocket));
    options.allow_upgrades = true;
    options.allow_websocket = false;
    EXPECT_FALSE(session->begin_upgrade(*websocket));
    options.allow_websocket = true;
    session->close(DisconnectReason::forced_close);
    EXPECT_FALSE(session->begin_upgrade(*websocket));
}

TEST_F(Upgrade, TheEndOfTheSessionEndsTheProbeToo) {
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    session->close(DisconnectReason::forced_close);
    EXPECT_TRUE(websocket->retired);
    EXPECT_FALSE(websocket->ended.has_value());
    EXPECT_TRUE(polling->ended.has_value());
    EXPECT_TRUE(deadlines.empty());
}

TEST_F(Upgrade, AProbeThatWasAnsweredHearsOfAnOrderlyEndAtItsNextWord) {
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    websocket->receive("2probe");
    session->close(DisconnectReason::server_shutting_down);
    EXPECT_TRUE(websocket->parted) << "its client may have stopped polling";
    EXPECT_FALSE(websocket->retired);
    EXPECT_EQ(polling->ended, TransportPort::Ending::after_queue);
}

TEST_F(Upgrade, AProbeThatWasAnsweredEndsWithAFault) {
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    websocket->receive("2probe");
    session->close(DisconnectReason::transport_error);
    EXPECT_TRUE(websocket->retired);
    EXPECT_FALSE(websocket->parted);
}

TEST_F(Upgrade, APollThatIsLostWhileProbingEndsTheSession) {
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    session->on_transport_lost(*polling, DisconnectReason::transport_error);
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::transport_error});
    EXPECT_TRUE(websocket->retired);
}

TEST_F(Upgrade, ThePingThatWasSentByPollingMayBeAnsweredOnTheWebSocket) {
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    pass(9'000ms);
    websocket->receive("2probe");
    pass(0ms);
    websocket->receive("5");
    pass(16'000ms);
    EXPECT_EQ(websocket->read(), Texts{"2"});
    websocket->receive("3");
    pass(24'990ms);
    EXPECT_TRUE(session->is_open());
}

TEST_F(Upgrade, AnUpgradeWhileAPongIsOwedCountsAsASignOfLife) {
    pass(25'000ms);
    EXPECT_EQ(polling->read(), Texts{"2"});
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    websocket->receive("2probe");
    pass(9'000ms);
    websocket->receive("5");
    pass(19'990ms);
    EXPECT_TRUE(session->is_open());
    pass(10ms);
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::ping_timeout});
}

TEST_F(Upgrade, Version3DancesTheSame) {
    open(EngineProtocol::v3);
    ASSERT_TRUE(session->begin_upgrade(*websocket));
    websocket->receive("2probe");
    EXPECT_EQ(websocket->past_queue, Texts{"3probe"});
    websocket->receive("5");
    websocket->receive("2");
    EXPECT_EQ(websocket->read(), Texts{"3"});
    pass(45'000ms);
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::ping_timeout})
        << "watched after an upgrade too";
}

TEST_F(Upgrade, ASlowClientCannotUpgrade) {
    options.send_queue_packets_max = 1;
    send("1");
    send("2");
    EXPECT_FALSE(session->begin_upgrade(*websocket));
    pass(base::DeadlineQueue::tick);
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::slow_client});
}

}  // namespace
}  // namespace socketio::engine
