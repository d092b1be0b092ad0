// A session between a fake transport, a fake port and a clock that the test moves: opening, packets,
// heartbeats, bounds and endings. Upgrades: upgrade_test.cpp.

#include "engine/session.hpp"

#include "unit/engine/fakes.hpp"

#include <gtest/gtest.h>

namespace socketio::engine {
namespace {

using namespace std::chrono_literals;
using wire::EngineProtocol;
using Reasons = std::vector<DisconnectReason>;
using Texts = std::vector<std::string>;
using Ending = TransportPort::Ending;

class SessionTest : public testing::Test {
protected:
    void open(EngineProtocol protocol = EngineProtocol::v4,
              TransportKind kind = TransportKind::websocket) {
        transport = std::make_unique<FakeTransport>(kind);
        session = std::make_unique<Session>("sid-1", protocol, context);
        transport->attach(*session);
        session->open(*transport, port);
        opening = transport->read();
    }
    void pass(base::Milliseconds time) { deadlines.advance(deadlines.now() + time); }
    EmitOutcome send(std::string data, const EmitFlags& flags) {
        return session->send(
            Message::make(make_content(wire::EncodedPacket{std::move(data), {}}, flags)),
            flags.is_volatile);
    }
    EmitOutcome send(std::string data, bool is_volatile = false) {
        return session->send(
            Message::make(make_content(wire::EnginePacketType::message, std::move(data))),
            is_volatile);
    }

    Options options;
    base::DeadlineQueue deadlines{test_start};
    Counters counters;
    FakePort port;
    FakeKeeper keeper;
    SessionContext context{options, deadlines, counters, keeper};
    std::unique_ptr<FakeTransport> transport;
    std::unique_ptr<Session> session;
    Texts opening;
};

// ---- Opening -----------------------------------------------------------------------------------

TEST_F(SessionTest, SendsTheOpenPacketWithExactlyFiveMembers) {
    open(EngineProtocol::v4, TransportKind::polling);
    EXPECT_EQ(opening, Texts{R"(0{"sid":"sid-1","upgrades":["websocket"],"pingInterval":25000,)"
                             R"("pingTimeout":20000,"maxPayload":1000000})"});
    EXPECT_GT(transport->wakes, 0);
    EXPECT_TRUE(session->is_open());
}

TEST_F(SessionTest, SendsTheInitialPacketBehindTheOpenPacket) {
    options.initial_packet = "hello";
    open();
    ASSERT_EQ(opening.size(), 2U);
    EXPECT_EQ(opening[0].front(), '0');
    EXPECT_EQ(opening[1], "4hello");
}

TEST_F(SessionTest, OffersNoUpgradeWhereThereIsNone) {
    const std::string none = R"("upgrades":[])";
    open(EngineProtocol::v4, TransportKind::websocket);
    EXPECT_NE(opening.front().find(none), std::string::npos);
    options.allow_upgrades = false;
    open(EngineProtocol::v4, TransportKind::polling);
    EXPECT_NE(opening.front().find(none), std::string::npos);
    options.allow_upgrades = true;
    options.allow_websocket = false;
    open(EngineProtocol::v4, TransportKind::polling);
    EXPECT_NE(opening.front().find(none), std::string::npos);
}

TEST_F(SessionTest, TellsItsOptionsInTheOpenPacketOfVersion3Too) {
    options.ping_interval = 300ms;
    options.ping_timeout = 200ms;
    options.message_bytes_max = 77;
    open(EngineProtocol::v3, TransportKind::polling);
    EXPECT_EQ(opening, Texts{R"(0{"sid":"sid-1","upgrades":["websocket"],"pingInterval":300,)"
                             R"("pingTimeout":200,"maxPayload":77})"});
}

// ---- Packets -----------------------------------------------------------------------------------

TEST_F(SessionTest, PassesMessagesUpInBothForms) {
    open();
    transport->receive("4hello");
    transport->receive_binary("\x01");
    transport->receive("4");
    EXPECT_EQ(port.messages, (Texts{"hello", "b\x01", ""}));
}

TEST_F(SessionTest, IgnoresPacketsThatOnlyServersSend) {
    open();
    for (const auto* packet : {"0", "0{}", "5", "6"}) transport->receive(packet);
    EXPECT_TRUE(session->is_open());
    EXPECT_TRUE(port.messages.empty());
}

TEST_F(SessionTest, ClosesForMalformedBytes) {
    open();
    transport->receive("9");
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::parse_error});
    EXPECT_EQ(transport->ended, Ending::now);
}

TEST_F(SessionTest, ClosesForAPingOnVersion4AndAPongOnVersion3) {
    open(EngineProtocol::v4);
    transport->receive("2");
    open(EngineProtocol::v3);
    transport->receive("3");
    EXPECT_EQ(port.closed,
              (Reasons{DisconnectReason::transport_error, DisconnectReason::transport_error}));
}

TEST_F(SessionTest, AClosePacketReleasesTheWaitingPoll) {
    open(EngineProtocol::v4, TransportKind::polling);
    transport->receive("1");
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::transport_close});
    EXPECT_EQ(transport->past_queue, Texts{"6"});
    EXPECT_EQ(transport->ended, Ending::now);
}

TEST_F(SessionTest, AClosePacketOnAWebSocketIsAnsweredWithACloseFrame) {
    open();
    transport->receive("1");
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::transport_close});
    EXPECT_TRUE(transport->past_queue.empty());
    EXPECT_EQ(transport->ended, Ending::after_queue);
}

TEST_F(SessionTest, HearsNothingAfterItsEnd) {
    open();
    session->close(DisconnectReason::forced_close);
    transport->receive("4late");
    transport->receive("9");
    session->on_transport_lost(*transport, DisconnectReason::transport_close);
    session->close(DisconnectReason::forced_close);
    EXPECT_TRUE(port.messages.empty());
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::forced_close});
    EXPECT_EQ(keeper.closed, 1);
    EXPECT_EQ(send("late"), EmitOutcome::disconnected);
    EXPECT_TRUE(deadlines.empty());
}

// ---- Heartbeat ---------------------------------------------------------------------------------

TEST_F(SessionTest, PingsOneIntervalAfterOpenAndAfterEachPong) {
    open();
    pass(24'990ms);
    EXPECT_EQ(transport->read(), Texts{});
    pass(10ms);
    EXPECT_EQ(transport->read(), Texts{"2"});
    pass(15'000ms);
    transport->receive("3");
    pass(24'990ms);
    EXPECT_EQ(transport->read(), Texts{});
    pass(10ms);
    EXPECT_EQ(transport->read(), Texts{"2"});
    EXPECT_TRUE(session->is_open());
}

TEST_F(SessionTest, EndsWithoutAPongInTime) {
    open();
    pass(25'000ms);
    pass(19'990ms);
    EXPECT_TRUE(session->is_open());
    pass(10ms);
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::ping_timeout});
}

TEST_F(SessionTest, AnotherPacketProlongsTheWaitForAPongOnce) {
    open();
    transport->receive("4before the ping counts for nothing");
    pass(25'000ms);
    pass(19'000ms);
    transport->receive("4alive");
    pass(19'000ms);
    EXPECT_TRUE(session->is_open());
    transport->receive("4alive");
    pass(1'000ms);
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::ping_timeout});
}

TEST_F(SessionTest, EachPingMayBeProlonged) {
    open();
    for (int i = 0; i < 3; ++i) {
        pass(25'000ms);
        pass(19'000ms);
        transport->receive("6");
        pass(19'000ms);
        ASSERT_TRUE(session->is_open()) << i;
        transport->receive("3");
    }
}

TEST_F(SessionTest, Version3AnswersPingsAndWaitsForThem) {
    open(EngineProtocol::v3);
    pass(44'000ms);
    EXPECT_EQ(transport->read(), Texts{}) << "version 3 does not ping";
    transport->receive("2");
    transport->receive("2probe");
    EXPECT_EQ(transport->read(), (Texts{"3", "3"})) << "a probe on the main transport: no data";
    pass(44'990ms);
    transport->receive("4messages do not count");
    EXPECT_TRUE(session->is_open());
    pass(10ms);
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::ping_timeout});
}

TEST_F(SessionTest, HeartbeatsShareTheirMessage) {
    open();
    pass(25'000ms);
    ASSERT_EQ(session->queue().size(), 1U);
    EXPECT_EQ(session->queue().messages().front().get(), context.heartbeat.ping.get());
}

// ---- Sending and its bounds --------------------------------------------------------------------

TEST_F(SessionTest, WakesTheTransportWithTheFirstMessageOfAnEmptyQueue) {
    open();
    transport->read();
    const auto wakes = transport->wakes;
    EXPECT_EQ(send("a"), EmitOutcome::queued);
    EXPECT_EQ(send("b"), EmitOutcome::queued);
    EXPECT_EQ(transport->wakes, wakes + 1);
    EXPECT_EQ(transport->flushes, 0);
    EXPECT_EQ(transport->read(), (Texts{"4a", "4b"}));
    EXPECT_EQ(send("c"), EmitOutcome::queued);
    EXPECT_EQ(transport->wakes, wakes + 2);
    EXPECT_EQ(transport->read(), (Texts{"4c"}));
}

TEST_F(SessionTest, DropsVolatileMessagesIffTheTransportIsNotWritable) {
    open();
    EXPECT_EQ(send("a", true), EmitOutcome::queued);
    transport->is_writable = false;
    EXPECT_EQ(send("b", true), EmitOutcome::refused);
    EXPECT_EQ(send("c"), EmitOutcome::queued);
    EXPECT_EQ(transport->read(), (Texts{"4a", "4c"}));
}

TEST_F(SessionTest, ABurstToAHealthyClientIsFlushed) {
    options.send_queue_packets_max = 10;
    open();
    transport->takes_at_flush = true;
    for (int i = 0; i < 100; ++i) ASSERT_EQ(send("x"), EmitOutcome::queued);
    EXPECT_EQ(transport->flushes, 9);
    EXPECT_TRUE(session->is_open());
}

TEST_F(SessionTest, ASlowClientIsClosedWithoutASilentGap) {
    options.send_queue_packets_max = 3;
    open();
    EXPECT_EQ(send("1"), EmitOutcome::queued);
    EXPECT_EQ(send("2"), EmitOutcome::queued);
    EXPECT_EQ(send("3"), EmitOutcome::queued);
    EXPECT_EQ(send("4"), EmitOutcome::disconnected);
    EXPECT_EQ(transport->flushes, 1);
    EXPECT_TRUE(port.closed.empty()) << "not in the middle of an emit";
    transport->read();
    EXPECT_EQ(send("5"), EmitOutcome::disconnected) << "a gap was promised not to be";
    pass(base::DeadlineQueue::tick);
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::slow_client});
    EXPECT_EQ(transport->ended, Ending::now);
    EXPECT_EQ(keeper.closed, 1);
}

TEST_F(SessionTest, CountsBytesToo) {
    options.send_queue_bytes_max = 100;
    open();
    EXPECT_EQ(send(std::string(49, 'x')), EmitOutcome::queued);
    EXPECT_EQ(send(std::string(49, 'x')), EmitOutcome::queued);
    EXPECT_EQ(session->queue().bytes(), 100U);
    EXPECT_EQ(send(""), EmitOutcome::disconnected);
}

TEST_F(SessionTest, ANewerMessageWithTheSameKeyReplacesTheOneThatWaits) {
    options.send_queue_packets_max = 2;
    open();
    EXPECT_EQ(send("a", {.conflate_key = "k"}), EmitOutcome::queued);
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(send(std::to_string(i), {.conflate_key = "k"}), EmitOutcome::replaced);
    }
    EXPECT_EQ(transport->flushes, 0) << "what is replaced makes room";
    EXPECT_EQ(transport->read(), Texts{"499"});
    EXPECT_EQ(counters.messages_replaced, 100U);
}

TEST_F(SessionTest, DroppableMessagesMakeRoomTheOldestFirst) {
    options.send_queue_packets_max = 3;
    open();
    send("1");
    send("2", {.droppable = true});
    send("3", {.droppable = true});
    EXPECT_EQ(send("4"), EmitOutcome::queued);
    EXPECT_EQ(send("5", {.droppable = true}), EmitOutcome::queued);
    EXPECT_EQ(transport->flushes, 2) << "nothing is dropped that the kernel takes";
    EXPECT_EQ(counters.messages_dropped, 2U);
    EXPECT_EQ(transport->read(), (Texts{"41", "44", "45"}));
}

TEST_F(SessionTest, ADroppableMessageWithoutRoomIsRefusedAndTheSessionGoesOn) {
    options.send_queue_packets_max = 2;
    open();
    send("1");
    send("2");
    EXPECT_EQ(send("3", {.droppable = true}), EmitOutcome::refused);
    EXPECT_EQ(counters.messages_refused, 1U);
    pass(base::DeadlineQueue::tick);
    EXPECT_TRUE(session->is_open());
    EXPECT_EQ(transport->read(), (Texts{"41", "42"}));
}

TEST_F(SessionTest, OneMessageOverTheBoundMayStandInAnEmptyQueue) {
    options.send_queue_bytes_max = 10;
    options.send_queue_packets_max = 1;
    open();
    EXPECT_EQ(send(std::string(1'000, 'x')), EmitOutcome::queued);
    EXPECT_EQ(send("y"), EmitOutcome::disconnected);
}

TEST_F(SessionTest, WhateverEndsASlowClientItsSlownessIsToldFirst) {
    options.send_queue_packets_max = 1;
    for (int way = 0; way < 4; ++way) {
        port.closed.clear();
        open();
        send("1");
        send("2");
        if (way == 0) transport->receive("4hello");
        if (way == 1) transport->receive("9");
        if (way == 2) session->on_transport_lost(*transport, DisconnectReason::transport_close);
        if (way == 3) session->close(DisconnectReason::server_shutting_down);
        EXPECT_EQ(port.closed, Reasons{DisconnectReason::slow_client}) << way;
        EXPECT_EQ(transport->ended.has_value(), way != 2) << way;
    }
    EXPECT_TRUE(port.messages.empty());
}

TEST_F(SessionTest, AFloodOfPingsFromVersion3IsBounded) {
    options.send_queue_packets_max = 50;
    open(EngineProtocol::v3);
    for (int i = 0; i < 1'000; ++i) transport->receive("2");
    EXPECT_LE(session->queue().packets(), 50U);
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::slow_client});
}

// ---- Endings -----------------------------------------------------------------------------------

TEST_F(SessionTest, TellsPortThenTransportThenKeeper) {
    Texts log;
    open();
    port.log = transport->log = keeper.log = &log;
    session->close(DisconnectReason::forced_close);
    EXPECT_EQ(log, (Texts{"close", "end", "forget"}));
}

TEST_F(SessionTest, WhatIsQueuedStillGoesOutUnlessTheTransportIsAtFault) {
    open();
    send("last words");
    session->close(DisconnectReason::server_shutting_down);
    EXPECT_EQ(transport->ended, Ending::after_queue);
    EXPECT_EQ(transport->left_at_end, 1U) << "the transport takes it over in end()";
    EXPECT_TRUE(session->queue().empty()) << "and nothing is kept afterwards";

    for (const auto reason : {DisconnectReason::transport_error, DisconnectReason::transport_close,
                              DisconnectReason::slow_client}) {
        open();
        session->close(reason);
        EXPECT_EQ(transport->ended, Ending::now);
    }
}

TEST_F(SessionTest, ALostTransportIsNotTouchedAnyMore) {
    open();
    session->on_transport_lost(*transport, DisconnectReason::transport_close);
    EXPECT_EQ(port.closed, Reasons{DisconnectReason::transport_close});
    EXPECT_FALSE(transport->ended.has_value());
    EXPECT_EQ(session->transport_kind(), TransportKind::websocket) << "still answers";
    EXPECT_EQ(keeper.closed, 1);
}

TEST_F(SessionTest, AMessageMayCloseTheSession) {
    class ClosingPort final : public FakePort {
    public:
        void on_message(std::string_view, bool) override {
            session->close(DisconnectReason::forced_close);
        }
        Session* session = nullptr;
    } closing;
    FakeTransport own;
    Session closed("sid", EngineProtocol::v4, context);
    own.attach(closed);
    closing.session = &closed;
    closed.open(own, closing);
    own.receive("4x");
    own.receive("4y");
    EXPECT_EQ(closing.closed, Reasons{DisconnectReason::forced_close});
}

}  // namespace
}  // namespace socketio::engine
