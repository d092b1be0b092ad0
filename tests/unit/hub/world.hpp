#pragma once
// One shard's hub with its namespaces and clients on fake transports; the clock stands still until it is
// moved, and broadcasts come back at once, as on a server of one shard.

#include "hub/client.hpp"
#include "hub/delivery.hpp"
#include "hub/hub.hpp"
#include "hub/recovery.hpp"
#include "support/counted_contents.hpp"
#include "unit/engine/fakes.hpp"
#include "wire/packet_parser.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio::hub {

using Texts = std::vector<std::string>;
using Reasons = std::vector<DisconnectReason>;

[[nodiscard]] inline const wire::PacketParser& msgpack() {
    return wire::packet_parser(wire::PacketFormat::msgpack);
}

class World;

/// A client as its server sees it, and what it reads.
class TestClient final {
public:
    TestClient(World& world, wire::EngineProtocol protocol, Handshake handshake);

    void send(std::string_view packet) { transport_.receive('4' + std::string(packet)); }
    void send_binary(std::string_view bytes) { transport_.receive_binary(bytes); }
    void send_engine_packet(std::string_view packet) { transport_.receive(packet); }
    /// Socket.IO packets and attachments since the last call, without the engine's own packets.
    Texts read() {
        Texts packets;
        for (auto& packet : transport_.read()) {
            if (packet.front() == '4') packets.push_back(packet.substr(1));
            if (packet.front() == 'b') packets.push_back(packet);
        }
        return packets;
    }
    [[nodiscard]] engine::Session& session() { return session_; }
    [[nodiscard]] engine::FakeTransport& transport() { return transport_; }
    [[nodiscard]] bool is_open() const { return session_.is_open(); }
    void lose(DisconnectReason reason) { session_.on_transport_lost(transport_, reason); }

private:
    engine::FakeTransport transport_;
    engine::Session session_;
    std::unique_ptr<Client> client_;
};

class World : public NamespacePort, public engine::SessionKeeper {
public:
    using Protocol = wire::EngineProtocol;

    World() { make_namespace("/"); }

    Namespace& make_namespace(const std::string& name) {
        auto& nsp = namespaces_[name];
        nsp = std::make_unique<Namespace>(name, *this);
        if (hub_) hub_->add_namespace(*nsp);
        return *nsp;
    }
    [[nodiscard]] Namespace& root() { return *namespaces_.at("/"); }

    [[nodiscard]] Hub& hub() {
        if (!hub_) {
            hub_ = std::make_unique<Hub>(
                HubContext{options, deadlines, random_, log_, 7, base::Milliseconds(0), &counters});
            for (const auto& [name, nsp] : namespaces_) hub_->add_namespace(*nsp);
        }
        return *hub_;
    }
    [[nodiscard]] const engine::SessionContext& session_context() const { return session_context_; }
    void pass(base::Milliseconds time) { deadlines.advance(deadlines.now() + time); }
    /// What was put off until no handler is on the stack happens.
    void settle() { pass(base::DeadlineQueue::tick); }

    TestClient& connect_engine(Protocol protocol = Protocol::v4, Handshake handshake = {}) {
        return *clients_.emplace_back(
            std::make_unique<TestClient>(*this, protocol, std::move(handshake)));
    }
    /// In the namespace, with the CONNECT reply read.
    TestClient& connect(const std::string& nsp = "/", Protocol protocol = Protocol::v4) {
        auto& client = connect_engine(protocol);
        if (protocol == Protocol::v4 || nsp != "/")
            client.send("0" + (nsp == "/" ? "" : nsp + ','));
        client.read();
        return client;
    }
    void destroy_clients() { clients_.clear(); }

    // ---- NamespacePort -------------------------------------------------------------------------
    [[nodiscard]] EventContents encode(const PlainEvent& event) const override {
        return test::encode_for(options, encodings, event);
    }
    void broadcast(const Namespace& nsp, Audience audience, EmitFlags flags, std::string_view event,
                   Args args) override {
        last_flags = flags;
        auto* recovery = hub().recovery();
        const bool is_sent_again = recovery != nullptr && !flags.is_volatile;
        const auto offset = is_sent_again ? recovery->next_offset() : wire::EventOffset::none;
        hub().deliver(
            make_delivery(*this, nsp.name(), std::move(audience), flags, event, args, offset));
    }
    void deliver_everywhere(Delivery delivery) override { hub().deliver(delivery); }
    void surgery(RoomSurgery surgery) override { hub().surgery(surgery); }
    void ask(Question question, BroadcastAckHandler handler) override {
        hub().ask(question, std::move(handler));
    }
    void fetch(SocketQuery query, FetchHandler handler) override {
        handler({{}, hub().fetch(query.nsp, query.audience), {}});
    }
    void request_namespace(std::string name, Value auth,
                           std::function<void(bool)> answer) override {
        if (!holds_requests) return answer(false);
        requested.push_back({std::move(name), std::move(auth), std::move(answer)});
    }
    void on_child_presence(const std::string& name, bool present) override {
        presence.push_back(name + (present ? " busy" : " deserted"));
    }
    void on_room(const std::string& nsp, std::string_view room, bool is_there,
                 bool is_own) override {
        followed_rooms.push_back(nsp + ' ' + std::string(room) + (is_there ? " made" : " ended") +
                                 (is_own ? ", own" : ""));
    }
    void require_setup_phase(const Namespace&) const override { ++setup_checks; }

    void on_session_closed(engine::Session&) override {}

    Options options;
    base::DeadlineQueue deadlines{engine::test_start};
    std::vector<LogEvent> logged;
    Counters counters;
    EmitFlags last_flags;
    struct Requested {
        std::string name;
        Value auth;
        std::function<void(bool)> answer;
    };
    /// Namespaces that clients asked for are not refused at once, but stand here.
    bool holds_requests = false;
    std::vector<Requested> requested;
    Texts presence;
    /// What an adapter would be told.
    Texts followed_rooms;
    mutable int setup_checks = 0;
    /// How often a broadcast was asked for in each format, where clients read several forms.
    mutable test::Encodings encodings{};

private:
    class CountingRandom final : public base::Random {
        void fill(std::span<std::uint8_t> bytes) override {
            ++count_;
            for (auto& byte : bytes) byte = count_;
        }
        std::uint8_t count_ = 0;
    };

    CountingRandom random_;
    base::Log log_{[this](const LogEvent& event) { logged.push_back(event); }, LogLevel::trace};
    engine::SessionContext session_context_{options, deadlines, counters, *this};
    std::map<std::string, std::unique_ptr<Namespace>> namespaces_;
    std::unique_ptr<Hub> hub_;
    std::vector<std::unique_ptr<TestClient>> clients_;
};

inline TestClient::TestClient(World& world, wire::EngineProtocol protocol, Handshake handshake)
    : session_("engine-sid", protocol, world.session_context()),
      client_(world.hub().make_client(session_, std::move(handshake))) {
    transport_.attach(session_);
    session_.open(transport_, *client_);
    client_->start();
}

}  // namespace socketio::hub
