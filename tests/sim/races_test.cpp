// Two parties that act at the same time, in both orders: one test for each row of docs/races.md, of the
// same name. Scripted clients on the simulated server.

#include "sim/server.hpp"
#include "wire/packet_parser.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <iterator>
#include <memory>

namespace socketio::sim {
namespace {

using Texts = std::vector<std::string>;
using Reasons = std::vector<DisconnectReason>;

Options make_options() {
    Options options;
    options.ping_interval = Milliseconds(1'000);
    options.ping_timeout = Milliseconds(500);
    options.upgrade_timeout = Milliseconds(300);
    options.connect_timeout = Milliseconds(400);
    options.attachment_timeout = Milliseconds(200);
    options.send_queue_packets_max = 8;
    options.backlog_bytes = 40;
    options.parser = Parser::by_client;
    return options;
}

/// A server with one polling client "sid1", and what its application saw.
class Scene {
public:
    Scene() {
        auto& root = server.make_namespace("/").on_connection([this](Socket& connected) {
            socket = &connected;
            connected.on_any([this](Socket&, std::string_view event, const Args&) {
                events.emplace_back(event);
            });
            connected.on_disconnect(
                [this](Socket&, DisconnectReason reason) { left.push_back(reason); });
        });
        auto& guarded = server.make_namespace("/guarded").use([this](Socket&, const Next& next) {
            waiting_next.push_back(next);
        });
        for (auto* nsp : {&root, &guarded}) {
            nsp->on_backlog([this](Socket& late) { behind.push_back(late.nsp().name()); });
            nsp->on_drain(
                [this](Socket& drained_one) { drained.push_back(drained_one.nsp().name()); });
        }
        polling = server.open_polling(EngineProtocol::v4, keep_answer());
        answers.clear();
    }

    // ---- What the client does ------------------------------------------------------------------
    void connect() {
        post("40");
        poll();
        answers.clear();
    }
    void post(const std::string& body) {
        server.turn([&] { polling->on_post(body, [](const auto&) {}); });
    }
    void poll() {
        server.turn([&] { polling->on_get(keep_answer()); });
    }
    void open_websocket() { websocket = server.open_probe("sid1", 4'000); }
    void by_websocket(const std::string& text) {
        server.turn([&] { websocket->on_text(text); });
    }
    /// The packets that came by WebSocket; all of them are short.
    Texts read_websocket() {
        Texts packets;
        auto bytes = websocket->read(10'000);
        while (!bytes.empty()) {
            const auto length = static_cast<std::size_t>(bytes[1]);
            packets.push_back(bytes.substr(2, length));
            bytes.erase(0, 2 + length);
        }
        return packets;
    }
    /// Everything that reached the client after the handshake, but for noops.
    Texts received() {
        Texts packets;
        for (const auto& answer : answers) {
            if (answer && *answer != "6") packets.push_back(*answer);
        }
        if (websocket) {
            auto by_websocket = read_websocket();
            std::erase(by_websocket, "3probe");
            packets.insert(packets.end(), by_websocket.begin(), by_websocket.end());
        }
        return packets;
    }

    // ---- What the server does ------------------------------------------------------------------
    void emit(const std::string& event) {
        server.turn([&] { socket->emit(event); });
    }
    /// More bytes than a client may owe that keeps up.
    void emit_much() { emit(std::string(50, 'x')); }
    void overflow() {
        server.turn([&] {
            for (std::size_t i = 0; i <= server.options.send_queue_packets_max; ++i)
                socket->emit("x");
        });
    }
    void pass(int milliseconds) { scheduler.run_for(Milliseconds(milliseconds)); }
    [[nodiscard]] bool is_open() const { return server.knows("sid1"); }

    Scheduler scheduler{1};
    Server server{scheduler, make_options()};
    std::shared_ptr<SimPolling> polling;
    std::shared_ptr<SimWebSocket> websocket;
    Socket* socket = nullptr;
    std::vector<std::optional<std::string>> answers;
    std::vector<Next> waiting_next;
    Texts events;
    /// Namespaces whose handlers were told.
    Texts behind;
    Texts drained;
    Reasons left;

private:
    SimPolling::Answer keep_answer() {
        return [this](std::optional<std::string> body) { answers.push_back(std::move(body)); };
    }
};

using Step = std::function<void(Scene&)>;

/// Prepares a scene twice, lets the two act in both orders and looks at each outcome.
void in_both_orders(const Step& prepare, const Step& one, const Step& other,
                    const std::function<void(Scene&, bool one_was_first)>& judge) {
    for (const bool one_first : {true, false}) {
        SCOPED_TRACE(one_first ? "the first is earlier" : "the second is earlier");
        Scene scene;
        prepare(scene);
        (one_first ? one : other)(scene);
        (one_first ? other : one)(scene);
        judge(scene, one_first);
        EXPECT_TRUE(scene.scheduler.broken.empty())
            << (scene.scheduler.broken.empty() ? "" : scene.scheduler.broken.front());
    }
}

void probing(Scene& scene) {
    scene.connect();
    scene.open_websocket();
    scene.by_websocket("2probe");
}

void connected(Scene& scene) {
    scene.connect();
}

// ---- Engine.IO ---------------------------------------------------------------------------------

TEST(Races, UpgradePacketAndPoll) {
    in_both_orders(
        [](Scene& scene) {
            probing(scene);
            scene.emit("x");
        },
        [](Scene& scene) { scene.by_websocket("5"); }, [](Scene& scene) { scene.poll(); },
        [](Scene& scene, bool) {
            EXPECT_EQ(scene.received(), Texts{"42[\"x\"]"}) << "once, on either transport";
            EXPECT_EQ(scene.answers.size(), 1U) << "no poll waits for ever";
            EXPECT_TRUE(scene.is_open());
        });
}

TEST(Races, UpgradePacketAndEmit) {
    in_both_orders(
        [](Scene& scene) {
            probing(scene);
            scene.emit("first");
        },
        [](Scene& scene) { scene.by_websocket("5"); }, [](Scene& scene) { scene.emit("x"); },
        [](Scene& scene, bool) {
            EXPECT_EQ(scene.read_websocket(), (Texts{"3probe", "42[\"first\"]", "42[\"x\"]"}));
        });
}

TEST(Races, UpgradePacketAndUpgradeTimeout) {
    in_both_orders(
        [](Scene& scene) { probing(scene); }, [](Scene& scene) { scene.by_websocket("5"); },
        [](Scene& scene) { scene.pass(310); },
        [](Scene& scene, bool upgrade_first) {
            EXPECT_TRUE(scene.is_open());
            EXPECT_EQ(scene.socket->transport(), upgrade_first ? "websocket" : "polling");
            EXPECT_EQ(scene.websocket->closed(), !upgrade_first);
            if (!upgrade_first) scene.poll();
            scene.emit("x");
            EXPECT_EQ(scene.received(), Texts{"42[\"x\"]"});
        });
}

TEST(Races, ProbeAndEndOfTheSession) {
    in_both_orders(
        [](Scene& scene) { probing(scene); }, [](Scene& scene) { scene.by_websocket("5"); },
        [](Scene& scene) { scene.server.turn([&] { scene.socket->disconnect(true); }); },
        [](Scene& scene, bool upgrade_first) {
            if (!upgrade_first) scene.poll();
            const auto received = scene.received();
            ASSERT_EQ(received.size(), 1U);
            EXPECT_EQ(received[0], upgrade_first ? "41"
                                                 : "41\x1e"
                                                   "1");
            EXPECT_TRUE(scene.websocket->closed());
            EXPECT_EQ(scene.left, Reasons{DisconnectReason::server_namespace_disconnect});
        });
}

TEST(Races, UpgradePacketAndLostPoll) {
    in_both_orders(
        [](Scene& scene) {
            scene.connect();
            scene.poll();
            scene.open_websocket();
        },
        [](Scene& scene) { scene.by_websocket("5"); },
        [](Scene& scene) { scene.server.turn([&] { scene.polling->on_abort(); }); },
        [](Scene& scene, bool upgrade_first) {
            EXPECT_EQ(scene.is_open(), upgrade_first);
            EXPECT_EQ(scene.left,
                      upgrade_first ? Reasons{} : Reasons{DisconnectReason::transport_error});
        });
}

TEST(Races, PongAndPingTimeout) {
    in_both_orders(
        [](Scene& scene) {
            scene.connect();
            scene.pass(1'000);
            scene.poll();
            EXPECT_EQ(scene.received(), Texts{"2"});
            scene.pass(490);
        },
        [](Scene& scene) { scene.post("3"); }, [](Scene& scene) { scene.pass(20); },
        [](Scene& scene, bool pong_first) {
            EXPECT_EQ(scene.is_open(), pong_first);
            EXPECT_EQ(scene.left, pong_first ? Reasons{} : Reasons{DisconnectReason::ping_timeout});
        });
}

TEST(Races, OverflowAndEndOfTheSession) {
    const std::vector<Step> ends = {
        [](Scene& scene) { scene.post("1"); },
        [](Scene& scene) { scene.server.turn([&] { scene.polling->on_abort(); }); },
        [](Scene& scene) {
            scene.server.turn(
                [&] { scene.server.hub.close_all(DisconnectReason::server_shutting_down); });
        },
        [](Scene& scene) { scene.pass(20); },
    };
    for (const auto& end : ends) {
        Scene scene;
        scene.connect();
        scene.overflow();
        EXPECT_TRUE(scene.left.empty()) << "no handler ran inside emit()";
        scene.poll();
        end(scene);
        EXPECT_EQ(scene.left, Reasons{DisconnectReason::slow_client});
        EXPECT_FALSE(scene.is_open());
    }
}

TEST(Races, OverflowAndUpgradePacket) {
    in_both_orders([](Scene& scene) { probing(scene); },
                   [](Scene& scene) { scene.by_websocket("5"); },
                   [](Scene& scene) { scene.overflow(); },
                   [](Scene& scene, bool upgrade_first) {
                       scene.pass(20);
                       EXPECT_EQ(scene.is_open(), upgrade_first)
                           << "a WebSocket that takes the burst is no slow client";
                       EXPECT_EQ(scene.received().size(), upgrade_first ? 9U : 0U);
                   });
}

/// "state", of which only the newest matters.
void emit_state(Scene& scene, const std::string& state) {
    scene.server.turn([&] { scene.socket->send(state, {}, {.conflate_key = "state"}); });
}

TEST(Races, ReplacementAndPoll) {
    in_both_orders(
        [](Scene& scene) {
            connected(scene);
            emit_state(scene, "old");
        },
        [](Scene& scene) { emit_state(scene, "new"); }, [](Scene& scene) { scene.poll(); },
        [](Scene& scene, bool replacement_first) {
            scene.poll();
            EXPECT_EQ(scene.received(), replacement_first ? Texts{"42[\"new\"]"}
                                                          : (Texts{"42[\"old\"]", "42[\"new\"]"}));
        });
}

TEST(Races, ReplacementAndUpgradePacket) {
    in_both_orders(
        [](Scene& scene) {
            probing(scene);
            emit_state(scene, "old");
            scene.emit("between");
        },
        [](Scene& scene) { emit_state(scene, "new"); },
        [](Scene& scene) { scene.by_websocket("5"); },
        [](Scene& scene, bool replacement_first) {
            EXPECT_EQ(scene.received(),
                      replacement_first ? (Texts{"42[\"between\"]", "42[\"new\"]"})
                                        : (Texts{"42[\"old\"]", "42[\"between\"]", "42[\"new\"]"}));
        });
}

TEST(Races, DrainAndEndOfTheSession) {
    int drains = 0;
    in_both_orders(
        [&](Scene& scene) {
            connected(scene);
            drains = 0;
            scene.socket->on_drain([&](Socket&) { ++drains; });
            scene.emit("x");
        },
        [](Scene& scene) { scene.poll(); },
        [](Scene& scene) { scene.server.turn([&] { scene.socket->disconnect(true); }); },
        [&](Scene& scene, bool poll_first) {
            EXPECT_EQ(drains, poll_first ? 1 : 0) << "nobody is told who has left";
            EXPECT_FALSE(scene.is_open());
        });
}

TEST(Races, DrainAndEmitInItsHandler) {
    Scene scene;
    scene.connect();
    int drains = 0;
    scene.socket->on_drain([&](Socket& drained) {
        if (++drains < 3) drained.emit("more");
    });
    scene.emit("x");
    for (int i = 0; i < 4; ++i) scene.poll();
    EXPECT_EQ(drains, 3);
    EXPECT_EQ(scene.received(), (Texts{"42[\"x\"]", "42[\"more\"]", "42[\"more\"]"}));
}

TEST(Races, DrainAndAHandlerThatAddsItself) {
    Scene scene;
    scene.connect();
    int drains = 0;
    DrainHandler again = [&](Socket& drained) {
        ++drains;
        drained.on_drain(again);
    };
    scene.socket->on_drain(again);
    for (int expected : {1, 3, 7}) {
        scene.emit("x");
        scene.poll();
        EXPECT_EQ(drains, expected) << "what is added is called the next time";
    }
}

TEST(Races, BacklogAndJoining) {
    in_both_orders(
        [](Scene& scene) {
            scene.connect();
            scene.post("40/guarded,");
            scene.drained.clear();
        },
        [](Scene& scene) {
            scene.emit_much();
            scene.pass(20);
            EXPECT_EQ(scene.behind.at(0), "/");
        },
        [](Scene& scene) { scene.server.turn([&] { scene.waiting_next.at(0)(); }); },
        [](Scene& scene, bool) {
            scene.pass(20);
            EXPECT_EQ(scene.behind, (Texts{"/", "/guarded"})) << "each once, in either order";
            scene.poll();
            EXPECT_EQ(scene.drained, (Texts{"/", "/guarded"}));
        });
}

TEST(Races, BacklogAndDrain) {
    in_both_orders(
        [](Scene& scene) {
            scene.connect();
            scene.drained.clear();
            scene.emit_much();
        },
        [](Scene& scene) { scene.pass(20); }, [](Scene& scene) { scene.poll(); },
        [](Scene& scene, bool tick_first) {
            EXPECT_EQ(scene.behind, tick_first ? Texts{"/"} : Texts{})
                << "who has caught up is not behind";
            EXPECT_EQ(scene.drained, Texts{"/"});
            scene.emit_much();
            scene.pass(20);
            EXPECT_EQ(scene.behind.size(), tick_first ? 2U : 1U) << "a new backlog is told anew";
        });
}

TEST(Races, BacklogAndEndOfTheSession) {
    in_both_orders(
        [](Scene& scene) {
            scene.connect();
            scene.drained.clear();
            scene.emit_much();
        },
        [](Scene& scene) { scene.pass(20); },
        [](Scene& scene) { scene.server.turn([&] { scene.socket->disconnect(true); }); },
        [](Scene& scene, bool tick_first) {
            scene.poll();
            scene.pass(20);
            EXPECT_EQ(scene.behind, tick_first ? Texts{"/"} : Texts{});
            EXPECT_EQ(scene.drained, Texts{}) << "the disconnect handler ends it";
            EXPECT_EQ(scene.left, Reasons{DisconnectReason::server_namespace_disconnect});
        });
}

TEST(Races, BacklogAndUpgradePacket) {
    in_both_orders(
        [](Scene& scene) {
            probing(scene);
            scene.drained.clear();
            scene.emit_much();
        },
        [](Scene& scene) { scene.pass(20); }, [](Scene& scene) { scene.by_websocket("5"); },
        [](Scene& scene, bool tick_first) {
            EXPECT_EQ(scene.behind, tick_first ? Texts{"/"} : Texts{});
            EXPECT_EQ(scene.drained, Texts{"/"}) << "the WebSocket took what had to wait";
            scene.emit_much();
            scene.pass(20);
            EXPECT_EQ(scene.behind.size(), tick_first ? 1U : 0U) << "it takes this one too";
        });
}

TEST(Races, ClosePacketAndServerClose) {
    in_both_orders(
        [](Scene& scene) { connected(scene); }, [](Scene& scene) { scene.post("1"); },
        [](Scene& scene) {
            scene.server.turn(
                [&] { scene.server.hub.close_all(DisconnectReason::server_shutting_down); });
        },
        [](Scene& scene, bool client_first) {
            EXPECT_EQ(scene.left, Reasons{client_first ? DisconnectReason::transport_close
                                                       : DisconnectReason::server_shutting_down});
            EXPECT_FALSE(scene.is_open());
        });
}

TEST(Races, PacketsOfOnePostAndTheEndThatOneOfThemBrings) {
    Scene scene;
    scene.connect();
    scene.post(
        "42[\"a\"]\x1e"
        "42{}\x1e"
        "42[\"b\"]");
    EXPECT_EQ(scene.events, Texts{"a"});
    EXPECT_EQ(scene.left, Reasons{DisconnectReason::forced_close});
}

// ---- Socket.IO ---------------------------------------------------------------------------------

TEST(Races, DisconnectsFromBothSides) {
    in_both_orders([](Scene& scene) { connected(scene); }, [](Scene& scene) { scene.post("41"); },
                   [](Scene& scene) { scene.server.turn([&] { scene.socket->disconnect(); }); },
                   [](Scene& scene, bool client_first) {
                       EXPECT_EQ(
                           scene.left,
                           Reasons{client_first ? DisconnectReason::client_namespace_disconnect
                                                : DisconnectReason::server_namespace_disconnect});
                       EXPECT_TRUE(scene.is_open());
                   });
}

TEST(Races, EventAndServerDisconnect) {
    in_both_orders([](Scene& scene) { connected(scene); },
                   [](Scene& scene) {
                       scene.post(
                           "42[\"x\"]\x1e"
                           "420[\"y\"]");
                   },
                   [](Scene& scene) { scene.server.turn([&] { scene.socket->disconnect(); }); },
                   [](Scene& scene, bool event_first) {
                       EXPECT_EQ(scene.events, event_first ? (Texts{"x", "y"}) : Texts{});
                       EXPECT_TRUE(scene.is_open()) << "the client did nothing wrong";
                   });
}

TEST(Races, AttachmentsAndServerDisconnect) {
    const auto packet = R"(451-["x",{"_placeholder":true,"num":0}])";
    in_both_orders(
        [&](Scene& scene) {
            scene.connect();
            scene.post(packet);
        },
        [](Scene& scene) { scene.post("bAQID"); },
        [](Scene& scene) { scene.server.turn([&] { scene.socket->disconnect(); }); },
        [](Scene& scene, bool attachment_first) {
            EXPECT_EQ(scene.events, attachment_first ? Texts{"x"} : Texts{});
            EXPECT_TRUE(scene.is_open());
        });
}

TEST(Races, AttachmentsAndTheirTimeout) {
    const auto packet = R"(451-["x",{"_placeholder":true,"num":0}])";
    in_both_orders(
        [&](Scene& scene) {
            scene.connect();
            scene.post(packet);
        },
        [](Scene& scene) { scene.post("bAQID"); }, [](Scene& scene) { scene.pass(210); },
        [](Scene& scene, bool attachment_first) {
            EXPECT_EQ(scene.events, attachment_first ? Texts{"x"} : Texts{});
            EXPECT_EQ(scene.is_open(), attachment_first);
            EXPECT_EQ(scene.left,
                      attachment_first ? Reasons{} : Reasons{DisconnectReason::forced_close});
        });
}

TEST(Races, AttachmentsAndConnectTimeout) {
    // Announced to a namespace that has not let the client in yet.
    in_both_orders(
        [](Scene& scene) {
            scene.post("40/guarded,");
            scene.post(R"(451-/guarded,["x",{"_placeholder":true,"num":0}])");
        },
        [](Scene& scene) { scene.server.turn([&] { scene.waiting_next.at(0)(); }); },
        [](Scene& scene) { scene.pass(410); },
        [](Scene& scene, bool) {
            EXPECT_FALSE(scene.is_open()) << "its attachments have a time of their own";
        });
}

TEST(Races, AnswerAndAckTimeout) {
    Texts told;
    in_both_orders(
        [&](Scene& scene) {
            scene.connect();
            told.clear();
            scene.server.turn([&] {
                scene.socket->emit_with_ack("ask", {}, Milliseconds(100),
                                            [&](boost::system::error_code ec, const Args&) {
                                                told.push_back(ec ? "timeout" : "answer");
                                            });
            });
        },
        [](Scene& scene) { scene.post("430[]"); }, [](Scene& scene) { scene.pass(110); },
        [&](Scene& scene, bool answer_first) {
            scene.pass(200);
            EXPECT_EQ(told, Texts{answer_first ? "answer" : "timeout"});
            EXPECT_TRUE(scene.is_open());
        });
}

TEST(Races, AnswerAndEndOfTheSession) {
    Texts told;
    in_both_orders(
        [&](Scene& scene) {
            scene.connect();
            told.clear();
            scene.server.turn([&] {
                scene.socket->emit_with_ack("ask", {}, Milliseconds(0),
                                            [&](boost::system::error_code ec, const Args&) {
                                                told.push_back(ec ? "disconnected" : "answer");
                                            });
            });
        },
        [](Scene& scene) { scene.post("430[]"); },
        [](Scene& scene) {
            scene.server.turn([&] { scene.polling->on_post("1", [](auto&&) {}); });
        },
        [&](Scene&, bool answer_first) {
            EXPECT_EQ(told, Texts{answer_first ? "answer" : "disconnected"});
        });
}

TEST(Races, ReplyAndDisconnect) {
    std::optional<Ack> kept;
    in_both_orders(
        [&](Scene& scene) {
            scene.connect();
            scene.socket->on("ask", [&](Socket&, const Args&, const Ack& ack) { kept = ack; });
            scene.post("427[\"ask\"]");
        },
        [&](Scene& scene) { scene.server.turn([&] { kept->reply(1); }); },
        [](Scene& scene) { scene.post("41"); },
        [](Scene& scene, bool reply_first) {
            scene.poll();
            EXPECT_EQ(scene.received(), reply_first ? Texts{"437[1]"} : Texts{});
        });
    kept.reset();
}

TEST(Races, MiddlewareAndEndOfTheSession) {
    in_both_orders(
        [](Scene& scene) {
            scene.connect();
            scene.post("40/guarded,");
        },
        [](Scene& scene) { scene.server.turn([&] { scene.waiting_next.at(0)(); }); },
        [](Scene& scene) { scene.post("1"); },
        [](Scene& scene, bool) {
            EXPECT_EQ(scene.left, Reasons{DisconnectReason::transport_close});
            EXPECT_TRUE(scene.server.hub.find_namespace("/guarded")->sockets().empty());
            EXPECT_FALSE(scene.is_open());
        });
}

TEST(Races, ConnectAndConnectTimeout) {
    in_both_orders([](Scene&) {}, [](Scene& scene) { scene.post("40"); },
                   [](Scene& scene) { scene.pass(410); },
                   [](Scene& scene, bool connect_first) {
                       EXPECT_EQ(scene.is_open(), connect_first);
                       EXPECT_EQ(scene.socket != nullptr, connect_first);
                   });
}

TEST(Races, MiddlewareAndConnectTimeout) {
    in_both_orders(
        [](Scene& scene) { scene.post("40/guarded,"); },
        [](Scene& scene) { scene.server.turn([&] { scene.waiting_next.at(0)(); }); },
        [](Scene& scene) { scene.pass(410); },
        [](Scene& scene, bool decision_first) { EXPECT_EQ(scene.is_open(), decision_first); });
}

TEST(Races, BroadcastAndLeavingARoom) {
    in_both_orders(
        [](Scene& scene) {
            scene.connect();
            scene.socket->join("room");
        },
        [](Scene& scene) { scene.server.turn([&] { scene.socket->nsp().to("room").emit("x"); }); },
        [](Scene& scene) { scene.server.turn([&] { scene.socket->leave("room"); }); },
        [](Scene& scene, bool broadcast_first) {
            scene.poll();
            EXPECT_EQ(scene.received(), broadcast_first ? Texts{"42[\"x\"]"} : Texts{});
        });
}

/// A client that reads MessagePack, on a WebSocket of its own.
class MsgpackClient {
public:
    explicit MsgpackClient(Scene& scene)
        : scene_(scene), websocket_(scene.server.open_websocket(EngineProtocol::v4, 4'000)) {
        (void)websocket_->read(10'000);
    }

    void send(const wire::Packet& packet) {
        const auto bytes = parser_.encode(packet).data;
        scene_.server.turn([&] { websocket_->on_binary(bytes); });
    }
    /// As JSON would say it; what is no MessagePack is left out.
    Texts read() {
        Texts packets;
        auto bytes = websocket_->read(10'000);
        while (!bytes.empty()) {
            const auto length = static_cast<std::size_t>(bytes[1]);
            const bool binary = bytes[0] == '\x82';
            wire::PacketDecoder begun;
            const auto packet = parser_.decode(bytes.substr(2, length), binary, begun, {});
            if (packet && *packet) packets.push_back(wire::encode_packet(**packet).data);
            bytes.erase(0, 2 + length);
        }
        return packets;
    }

private:
    Scene& scene_;
    std::shared_ptr<SimWebSocket> websocket_;
    const wire::PacketParser& parser_ = wire::packet_parser(wire::PacketFormat::msgpack);
};

TEST(Races, BroadcastAndTheFirstPacketInAnotherFormat) {
    std::unique_ptr<MsgpackClient> other;
    in_both_orders(
        [&](Scene& scene) {
            scene.connect();
            other = std::make_unique<MsgpackClient>(scene);
        },
        [](Scene& scene) {
            scene.server.turn([&] {
                scene.server.broadcast(scene.server.hub.find_namespace("/")->facade(), {}, {}, "x",
                                       {});
            });
        },
        [&](Scene&) { other->send({wire::PacketType::connect, "/", {}, nullptr}); },
        [&](Scene& scene, bool broadcast_first) {
            scene.poll();
            EXPECT_EQ(scene.received(), Texts{"42[\"x\"]"});
            const auto packets = other->read();
            ASSERT_EQ(packets.size(), broadcast_first ? 1U : 2U);
            EXPECT_TRUE(packets[0].starts_with("0{"));
            if (!broadcast_first) EXPECT_EQ(packets[1], "2[\"x\"]");
            // Nothing is encoded for a client that is not there yet.
            const auto& [json, msgpack] = scene.server.encodings;
            EXPECT_EQ(json, 1U);
            EXPECT_EQ(msgpack, broadcast_first ? 0U : 1U);
        });
}

TEST(Races, BroadcastAndDisconnect) {
    in_both_orders([](Scene& scene) { connected(scene); },
                   [](Scene& scene) { scene.server.turn([&] { scene.socket->nsp().emit("x"); }); },
                   [](Scene& scene) { scene.server.turn([&] { scene.socket->disconnect(); }); },
                   [](Scene& scene, bool broadcast_first) {
                       scene.poll();
                       EXPECT_EQ(scene.received(), broadcast_first ? Texts{"42[\"x\"]\x1e"
                                                                           "41"}
                                                                   : Texts{"41"});
                   });
}

TEST(Races, DisconnectOfManyAndAHandlerThatDisconnectsOne) {
    Scene scene;
    scene.connect();
    auto* first = scene.socket;
    const auto second = scene.server.open_polling(EngineProtocol::v4, [](auto&&) {});
    scene.server.turn([&] { second->on_post("40", [](auto&&) {}); });
    ASSERT_NE(scene.socket, first);
    for (auto* socket : {first, scene.socket}) {
        auto* other = socket == first ? scene.socket : first;
        socket->on_disconnecting([other](Socket&, DisconnectReason) { other->disconnect(true); });
    }
    scene.server.turn([&] { BroadcastOperator(first->nsp()).disconnect_sockets(); });
    EXPECT_EQ(scene.left, (Reasons{DisconnectReason::server_namespace_disconnect,
                                   DisconnectReason::server_namespace_disconnect}));
}

}  // namespace
}  // namespace socketio::sim
