#pragma once
// One shard with recovery on, and clients that come back to it as socket.io-client 4.8 does: what they got is
// told without offsets, the last of which they keep.

#include "unit/hub/world.hpp"
#include "wire/event_offset.hpp"
#include "wire/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::hub {

/// What a client keeps between its connections.
struct Memory {
    std::string pid;
    std::string offset;

    /// The CONNECT payload with which it comes back.
    [[nodiscard]] std::string payload() const {
        Object payload;
        if (!pid.empty()) payload.append("pid", pid);
        if (!offset.empty()) payload.append("offset", offset);
        return wire::to_json(Value(std::move(payload)));
    }
};

/// Takes what a client reads apart, and keeps what it keeps.
class Reading {
public:
    Reading(const Texts& packets, Memory& memory) : memory_(memory) {
        for (const auto& packet : packets) take(packet);
    }

    /// Events without their offsets, "CONNECT" for the reply to it, others as they are.
    Texts texts;
    std::string sid;
    /// The reply brought the pid that the client had.
    bool recovered = false;

private:
    void take(const std::string& packet) {
        if (packet.starts_with("0")) return take_reply(packet);
        const auto begin = packet.find('[');
        const bool is_event = packet.front() == '2' || packet.front() == '5';
        if (!is_event || begin == std::string::npos) return texts.push_back(packet);
        auto event = wire::parse_json(std::string_view(packet).substr(begin), 10)->as_array();
        const auto* last = event.back().if_string();
        if (event.size() > 1 && last != nullptr && wire::parse_event_offset(*last)) {
            memory_.offset = *last;
            event.pop_back();
        }
        texts.push_back(packet.substr(0, begin) + wire::to_json(Value(std::move(event))));
    }
    void take_reply(const std::string& packet) {
        texts.emplace_back("CONNECT");
        const auto begin = packet.find('{');
        if (begin == std::string::npos) return;
        const auto reply =
            wire::parse_json(std::string_view(packet).substr(begin), 10)->as_object();
        sid = reply.find("sid")->as_string();
        const auto* pid = reply.find("pid");
        recovered = pid != nullptr && pid->as_string() == memory_.pid;
        memory_.pid = pid != nullptr ? pid->as_string() : std::string();
    }

    Memory& memory_;
};

class RecoveryWorld : public World {
public:
    RecoveryWorld() {
        // The shard has number 7.
        options.shards = 8;
        options.allow_eio3 = true;
        options.connection_state_recovery = RecoveryOptions{};
        root().on_connection([this](Socket& connected) {
            sockets.push_back(&connected);
            connected.on_disconnect(
                [this](Socket&, DisconnectReason reason) { left.push_back(reason); });
        });
    }

    [[nodiscard]] Recovery& recovery() { return *hub().recovery(); }
    [[nodiscard]] Socket& socket() { return *sockets.back(); }

    /// A new connection of the client that has this memory.
    TestClient& come(Memory& memory, const std::string& nsp = "/") {
        auto& client = connect_engine();
        const auto payload = memory.payload();
        client.send("0" + (nsp == "/" ? "" : nsp + ',') + (payload == "{}" ? "" : payload));
        return client;
    }
    Reading read(TestClient& client, Memory& memory) { return {client.read(), memory}; }
    static void lose(TestClient& client) { client.lose(DisconnectReason::transport_close); }

    std::vector<Socket*> sockets;
    Reasons left;
};

}  // namespace socketio::hub
