#pragma once
// A simulated Socket.IO client: joins namespaces, sends numbered events, answers acks, leaves, loses its
// connection and comes back, on any shard, as socket.io-client 4.8 does. What it receives is written down for the
// judges.

#include "sim/client_session.hpp"
#include "sim/lives.hpp"
#include "sim/sharded_server.hpp"
#include "sim/transcript.hpp"
#include "wire/event_offset.hpp"
#include "wire/packet_parser.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::sim {

class SimClient final : public ClientEvents {
public:
    SimClient(ShardedServer& server, Transcript& transcript, Lives& lives, EngineProtocol protocol,
              wire::PacketFormat format)
        : server_(server),
          scheduler_(server.scheduler),
          transcript_(transcript),
          lives_(lives),
          protocol_(protocol),
          format_(format),
          parser_(wire::packet_parser(format)) {
        connect();
        act();
    }

    /// Nothing goes wrong any more, and the client does nothing by itself.
    void calm_down() {
        calm_ = true;
        if (session_) session_->calm_down();
    }
    /// Joins no namespace, for which it is sent away.
    [[nodiscard]] bool is_lurker() const noexcept { return is_lurker_; }
    [[nodiscard]] const ClientSession* session() const noexcept { return session_.get(); }
    /// How many numbered events were sent to a namespace since it was joined; nothing when it is not.
    [[nodiscard]] std::optional<int> sent_to(const std::string& nsp) const {
        const auto found = joined_.find(nsp);
        if (found == joined_.end() || !found->second.connected) return std::nullopt;
        return found->second.sent;
    }
    /// The ids of its sockets, as far as it is told.
    [[nodiscard]] std::vector<std::string> sids() const {
        std::vector<std::string> sids;
        for (const auto& [nsp, joined] : joined_) {
            if (joined.connected && !joined.sid.empty()) sids.push_back(joined.sid);
        }
        return sids;
    }

private:
    struct Joined {
        bool connected = false;
        bool connecting = false;
        int sent = 0;
        std::string sid;
    };
    /// What it keeps of a namespace between its connections.
    struct Memory {
        std::string pid;
        std::string offset;
        std::string sid;
    };
    struct EarlyEvent {
        Value data;
        std::string offset;
    };

    // ---- The session ---------------------------------------------------------------------------
    void connect() {
        auto& dice = scheduler_.dice;
        joined_.clear();
        early_.clear();
        begun_ = wire::PacketDecoder();
        // A page that is loaded anew remembers nothing.
        if (dice.chance(10)) memories_.clear();
        is_lurker_ = protocol_ == EngineProtocol::v4 && dice.chance(4);
        session_ = std::make_shared<ClientSession>(server_.any_shard(), protocol_, *this);
        if (calm_) session_->calm_down();
        const bool by_websocket = dice.chance(35);
        session_->open(by_websocket);
        if (!by_websocket && dice.chance(70)) {
            scheduler_.after(dice.delay(30, 900),
                             [session = session_] { session->begin_upgrade(); });
        }
    }
    void on_open() override {
        const auto deadline = server_.options.connect_timeout + Milliseconds(500);
        if (is_lurker_) {
            scheduler_.after(deadline, [this, session = session_] {
                scheduler_.require(!server_.knows(session->sid()),
                                   "who joins nothing is sent away");
            });
            return;
        }
        if (protocol_ == EngineProtocol::v3) {
            joined_["/"].connecting = true;
        } else {
            join("/");
        }
        if (scheduler_.dice.chance(60)) join("/b");
    }
    void on_closed() override {
        joined_.clear();
        if (calm_) return;
        scheduler_.after(scheduler_.dice.delay(20, 400), [this] {
            if (!calm_) connect();
        });
    }

    // ---- Namespaces ----------------------------------------------------------------------------
    void join(const std::string& nsp) {
        auto& joined = joined_[nsp];
        if (session_->closed() || joined.connected || joined.connecting) return;
        joined.connecting = true;
        send_packet({wire::PacketType::connect, nsp, {}, memory_as_payload(nsp)});
    }
    [[nodiscard]] Value memory_as_payload(const std::string& nsp) const {
        const auto memory = memories_.find(nsp);
        if (memory == memories_.end()) return nullptr;
        Object payload{{"pid", memory->second.pid}};
        if (!memory->second.offset.empty()) payload.append("offset", memory->second.offset);
        return payload;
    }
    void join_later(const std::string& nsp) {
        if (protocol_ == EngineProtocol::v3 && nsp == "/") return;
        scheduler_.after(scheduler_.dice.delay(5, 300), [this, nsp, session = session_] {
            if (!calm_ && !session->closed() && session == session_) join(nsp);
        });
    }
    void send_event(const std::string& nsp, Args args, bool with_ack = false) {
        std::optional<std::uint64_t> id;
        if (with_ack) id = next_ack_id_++;
        const auto name = args.front().as_string();
        args.erase(args.begin());
        send_encoded(parser_.encode_event({nsp, id, name, args}));
    }
    void send_packet(const wire::Packet& packet) { send_encoded(parser_.encode(packet)); }
    void send_encoded(const wire::EncodedPacket& packet) {
        session_->send(packet.data, packet.binary);
        for (const auto& attachment : packet.attachments) {
            session_->send(std::string(attachment.view()), true);
        }
    }

    void on_message(std::string_view data, bool binary) override {
        auto packet = parser_.decode(data, binary, begun_, {});
        scheduler_.require(packet.has_value(), "packets and attachments come in step");
        if (packet && *packet) on_packet(**packet);
    }
    void on_packet(wire::Packet& packet) {
        auto& joined = joined_[packet.nsp];
        auto& inbox = transcript_.of(session_->sid(), packet.nsp);
        switch (packet.type) {
            case wire::PacketType::connect: return on_connected(packet, joined, inbox);
            case wire::PacketType::connect_error:
                joined.connecting = false;
                memories_.erase(packet.nsp);
                join_later(packet.nsp);
                return inbox.receive("connect_error");
            case wire::PacketType::disconnect:
                joined.connected = false;
                memories_.erase(packet.nsp);
                join_later(packet.nsp);
                return inbox.receive("disconnect");
            case wire::PacketType::ack: return inbox.receive("ack " + describe(packet.data));
            default: return on_event(packet, joined, inbox);
        }
    }

    // ---- Events --------------------------------------------------------------------------------
    void on_event(wire::Packet& packet, const Joined& joined, Inbox& inbox) {
        auto offset = take_offset(packet);
        // It asked for its socket: what comes ahead of the answer it missed.
        if (joined.connecting && memories_.contains(packet.nsp)) {
            scheduler_.require(!offset.empty(), "what comes again can be told from others");
            return early_[packet.nsp].push_back({std::move(packet.data), std::move(offset)});
        }
        inbox.receive(describe(packet.data));
        if (!joined.sid.empty()) lives_.receive(joined.sid, packet.data, false);
        remember(packet.nsp, std::move(offset));
        if (packet.id && joined.connected && scheduler_.dice.chance(70)) answer(packet);
    }
    /// Nothing that the application sends looks like one.
    [[nodiscard]] std::string take_offset(wire::Packet& packet) {
        auto& args = *packet.data.if_array();
        const auto* last = args.back().if_string();
        if (args.size() < 2 || last == nullptr || !wire::parse_event_offset(*last)) return {};
        const bool may_be = lives_.enabled() && protocol_ == EngineProtocol::v4 && !packet.id;
        scheduler_.require(may_be, "only events that can be sent again have an offset");
        auto offset = *last;
        args.pop_back();
        return offset;
    }
    void remember(const std::string& nsp, std::string offset) {
        const auto memory = memories_.find(nsp);
        if (memory != memories_.end() && !offset.empty()) memory->second.offset = std::move(offset);
    }
    void on_connected(const wire::Packet& packet, Joined& joined, Inbox& inbox) {
        inbox.receive("connect");
        joined = {true, false, 0, {}};
        const auto* reply = packet.data.if_object();
        if (!lives_.enabled() || reply == nullptr) return;
        joined.sid = reply->find("sid")->as_string();
        const auto& pid = reply->find("pid")->as_string();
        auto early = std::exchange(early_[packet.nsp], {});
        auto& memory = memories_[packet.nsp];
        if (memory.pid != pid) {
            scheduler_.require(early.empty(), "a new socket has missed nothing");
            if (!memory.pid.empty()) lives_.judge_refusal(memory.sid);
            memory = {pid, {}, joined.sid};
            return;
        }
        scheduler_.require(memory.sid == joined.sid, "who comes back has the id that it had");
        ++lives_.happened[format_ == wire::PacketFormat::json ? "recovered in JSON"
                                                              : "recovered in MessagePack"];
        for (auto& event : early) {
            lives_.receive(joined.sid, event.data, true);
            remember(packet.nsp, std::move(event.offset));
        }
    }
    void answer(const wire::Packet& packet) {
        wire::Packet reply{wire::PacketType::ack, packet.nsp, packet.id,
                           Array{packet.data.as_array().at(1)}};
        scheduler_.after(scheduler_.dice.delay(0, 300),
                         [this, reply = std::move(reply), session = session_] {
                             if (session == session_ && joined_[reply.nsp].connected)
                                 send_packet(reply);
                         });
    }

    // ---- What it does by itself ----------------------------------------------------------------
    void act() {
        if (calm_) return;
        scheduler_.after(scheduler_.dice.delay(5, 120), [this] { act(); });
        if (session_->closed()) return;
        auto& dice = scheduler_.dice;
        const auto what = dice.between(0, 999);
        if (what < 6) return session_->lose();
        if (what < 30) return session_->stall(dice.delay(50, 900));
        const std::string nsp = dice.chance(65) ? "/" : "/b";
        auto& joined = joined_[nsp];
        if (!joined.connected) return;
        if (what < 45) return leave(nsp, joined);
        if (what < 60) return send_event(nsp, {"bye", dice.chance(30)});
        if (what < 200) return send_event(nsp, {"join", room()});
        if (what < 300) return send_event(nsp, {"leave", room()});
        if (what < 450) return send_event(nsp, {"say", room(), dice.chance(30)});
        if (what < 600) return send_event(nsp, {"ask", ++asked_}, true);
        Args numbered{"number", joined.sent++};
        if (dice.chance(30)) numbered.emplace_back(Binary(std::string(20, 'n')));
        send_event(nsp, std::move(numbered));
    }
    void leave(const std::string& nsp, Joined& joined) {
        if (protocol_ == EngineProtocol::v3 && nsp == "/") return;
        joined.connected = false;
        memories_.erase(nsp);
        send_packet({wire::PacketType::disconnect, nsp, {}, nullptr});
        join_later(nsp);
    }
    [[nodiscard]] std::string room() {
        return "room" + std::to_string(scheduler_.dice.between(0, 3));
    }

    ShardedServer& server_;
    Scheduler& scheduler_;
    Transcript& transcript_;
    Lives& lives_;
    const EngineProtocol protocol_;
    const wire::PacketFormat format_;
    const wire::PacketParser& parser_;
    std::shared_ptr<ClientSession> session_;
    wire::PacketDecoder begun_;
    std::map<std::string, Joined> joined_;
    /// By namespace, as what follows.
    std::map<std::string, Memory> memories_;
    std::map<std::string, std::vector<EarlyEvent>> early_;
    std::uint64_t next_ack_id_ = 0;
    int asked_ = 0;
    bool is_lurker_ = false;
    bool calm_ = false;
};

}  // namespace socketio::sim
