#pragma once
// A simulated Socket.IO client: joins namespaces, sends numbered events, answers acks, leaves, loses its
// connection and comes back. What it receives is written down for the judge.

#include "sim/client_session.hpp"
#include "sim/transcript.hpp"
#include "wire/event_offset.hpp"
#include "wire/packet_parser.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace socketio::sim {

class SimClient final : public ClientEvents {
public:
    SimClient(Server& server, Transcript& transcript, EngineProtocol protocol,
              wire::PacketFormat format = wire::PacketFormat::json)
        : server_(server),
          scheduler_(server.scheduler),
          transcript_(transcript),
          protocol_(protocol),
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

private:
    struct Joined {
        bool connected = false;
        bool connecting = false;
        int sent = 0;
    };

    // ---- The session ---------------------------------------------------------------------------
    void connect() {
        auto& dice = scheduler_.dice;
        joined_.clear();
        begun_ = wire::PacketDecoder();
        is_lurker_ = protocol_ == EngineProtocol::v4 && dice.chance(4);
        session_ = std::make_shared<ClientSession>(server_, protocol_, *this);
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
        send_packet({wire::PacketType::connect, nsp, {}, nullptr});
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
        if (!packet || !*packet) return;
        if ((**packet).type == wire::PacketType::event) take_offset(**packet);
        on_packet(**packet);
    }
    /// Nothing that the application sends looks like one.
    void take_offset(wire::Packet& packet) {
        auto& args = *packet.data.if_array();
        const auto* last = args.back().if_string();
        if (args.size() < 2 || last == nullptr || !wire::parse_event_offset(*last)) return;
        const bool may_be = server_.options.connection_state_recovery &&
                            protocol_ == EngineProtocol::v4 && !packet.id;
        scheduler_.require(may_be, "only events that can be recovered have an offset");
        args.pop_back();
    }
    void on_packet(const wire::Packet& packet) {
        auto& joined = joined_[packet.nsp];
        auto& inbox = transcript_.of(session_->sid(), packet.nsp);
        switch (packet.type) {
            case wire::PacketType::connect:
                joined = {true, false, 0};
                return inbox.receive("connect");
            case wire::PacketType::connect_error:
                joined.connecting = false;
                join_later(packet.nsp);
                return inbox.receive("connect_error");
            case wire::PacketType::disconnect:
                joined.connected = false;
                join_later(packet.nsp);
                return inbox.receive("disconnect");
            case wire::PacketType::ack: return inbox.receive("ack " + describe(packet.data));
            default: break;
        }
        inbox.receive(describe(packet.data));
        if (packet.id && joined.connected && scheduler_.dice.chance(70)) answer(packet);
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
        send_packet({wire::PacketType::disconnect, nsp, {}, nullptr});
        join_later(nsp);
    }
    [[nodiscard]] std::string room() {
        return "room" + std::to_string(scheduler_.dice.between(0, 3));
    }

    Server& server_;
    Scheduler& scheduler_;
    Transcript& transcript_;
    const EngineProtocol protocol_;
    const wire::PacketParser& parser_;
    std::shared_ptr<ClientSession> session_;
    wire::PacketDecoder begun_;
    std::map<std::string, Joined> joined_;
    std::uint64_t next_ack_id_ = 0;
    int asked_ = 0;
    bool is_lurker_ = false;
    bool calm_ = false;
};

}  // namespace socketio::sim
