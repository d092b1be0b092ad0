#pragma once
// A client's Engine.IO session on the simulated network: long-polling, the probe dance and WebSocket as
// engine.io-client has them, with latency, slow reading and connections that break.

#include "sim/server.hpp"

#include <deque>
#include <memory>
#include <string>

namespace socketio::sim {

/// What the client above hears.
class ClientEvents {
public:
    virtual void on_open() = 0;
    virtual void on_message(std::string_view data, bool binary) = 0;
    /// The last call.
    virtual void on_closed() = 0;

protected:
    ~ClientEvents() = default;
};

class ClientSession final : public std::enable_shared_from_this<ClientSession> {
public:
    ClientSession(Server& server, EngineProtocol protocol, ClientEvents& events)
        : server_(server), scheduler_(server.scheduler), protocol_(protocol), events_(&events) {}

    void open(bool by_websocket) {
        later(latency(), [this, by_websocket] {
            if (by_websocket) {
                websocket_ = server_.open_websocket(protocol_, capacity());
                on_websocket_ = true;
                pump();
            } else {
                getting_ = true;
                polling_ = server_.open_polling(protocol_, get_answer());
            }
        });
    }
    void send(std::string data, bool binary = false) {
        out_.push_back({wire::EnginePacketType::message, binary, std::move(data)});
        flush();
    }
    /// The application hears nothing more, and the server notices late or never.
    void lose() {
        if (closed_) return;
        const auto reason = DisconnectReason::transport_close;
        for (auto& socket : {websocket_, probe_}) {
            if (!socket) continue;
            scheduler_.after(latency(), [&server = server_, socket, reason] {
                server.turn([&] { socket->on_lost(reason); });
            });
        }
        if (polling_ && !on_websocket_ && scheduler_.dice.chance(50)) {
            scheduler_.after(latency(), [&server = server_, polling = polling_] {
                server.turn([&] { polling->on_abort(); });
            });
        }
        finish();
    }
    void stall(Milliseconds time) { stalled_until_ = scheduler_.now() + time; }
    void begin_upgrade() {
        if (closed_ || on_websocket_ || probe_ || sid_.empty()) return;
        later(latency(), [this] {
            if (on_websocket_ || probe_) return;
            probe_ = server_.open_probe(sid_, capacity());
            if (!probe_) return;
            send_probe_packet("2probe");
            pump();
        });
    }

    [[nodiscard]] const std::string& sid() const noexcept { return sid_; }
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    [[nodiscard]] bool on_websocket() const noexcept { return on_websocket_; }
    /// Nothing is on its way to the server.
    [[nodiscard]] bool all_sent() const noexcept { return out_.empty() && !posting_; }
    /// From now on nothing goes wrong.
    void calm_down() {
        calm_ = true;
        stalled_until_ = scheduler_.now();
    }

private:
    [[nodiscard]] Milliseconds latency() { return scheduler_.dice.delay(1, 25); }
    [[nodiscard]] std::size_t capacity() {
        return static_cast<std::size_t>(scheduler_.dice.between(64, 4'000));
    }
    [[nodiscard]] bool stalled() const { return scheduler_.now() < stalled_until_; }
    void later(Milliseconds delay, std::function<void()> work) {
        scheduler_.after(delay, [self = shared_from_this(), work = std::move(work)] {
            if (!self->closed_) work();
        });
    }
    void finish() {
        if (std::exchange(closed_, true)) return;
        events_->on_closed();
    }

    // ---- Long-polling --------------------------------------------------------------------------
    SimPolling::Answer get_answer() {
        return [weak = weak_from_this(), &server = server_](std::optional<std::string> body) {
            // What the client does about it happens later, and outside of the server's turn.
            const auto self = weak.lock();
            if (!self) return;
            self->later(self->latency(),
                        [raw = self.get(), body = std::move(body)] { raw->on_get_answer(body); });
        };
    }
    void on_get_answer(const std::optional<std::string>& body) {
        getting_ = false;
        if (!body) return finish();
        const auto payload = protocol_ == EngineProtocol::v4
                                 ? wire::decode_payload_v4(*body, 100'000)
                                 : wire::decode_payload_v3_text(*body, 100'000);
        scheduler_.require(!payload.malformed, "servers answer polls with payloads");
        for (const auto& packet : payload.packets) {
            on_packet(packet.type, packet.binary, packet.data);
            if (closed_) return;
        }
        if (pausing_) return finish_pause();
        get();
    }
    void get() {
        if (getting_ || on_websocket_) return;
        if (stalled()) return later(Milliseconds(20), [this] { get(); });
        getting_ = true;
        later(latency(), [this] { server_.turn([&] { polling_->on_get(get_answer()); }); });
    }
    void post() {
        if (posting_ || pausing_ || out_.empty()) return;
        posting_ = true;
        std::string body;
        for (const auto& packet : out_) {
            if (protocol_ == EngineProtocol::v4) {
                wire::append_payload_v4(body, packet.view());
            } else {
                wire::append_payload_v3_text(body, packet.view());
            }
        }
        out_.clear();
        later(latency(), [this, body] {
            server_.turn([&] {
                polling_->on_post(body, [this](const std::optional<std::string>& answer) {
                    later(latency(), [this, refused = !answer] {
                        posting_ = false;
                        if (refused) return finish();
                        if (pausing_) return finish_pause();
                        post();
                    });
                });
            });
        });
    }

    // ---- WebSocket -----------------------------------------------------------------------------
    void flush() {
        if (closed_ || sid_.empty()) return;
        if (!on_websocket_) return post();
        for (auto& packet : std::exchange(out_, {})) transmit(websocket_, std::move(packet));
    }
    /// In order, as a stream.
    void transmit(const std::shared_ptr<SimWebSocket>& socket, wire::EnginePacket packet) {
        last_arrival_ = std::max(last_arrival_, scheduler_.now() + latency());
        scheduler_.at(last_arrival_, [&server = server_, socket, packet = std::move(packet),
                                      self = shared_from_this()] {
            // A connection that broke loses what was under way.
            if (self->closed_) return;
            server.turn([&] {
                if (packet.binary) return socket->on_binary(packet.data);
                socket->on_text(std::string(1, wire::to_digit(packet.type)) + packet.data);
            });
        });
    }
    void send_probe_packet(std::string_view text) {
        const auto packet = wire::decode_engine_text(text);
        transmit(probe_, {packet->type, packet->binary, std::string(packet->data)});
    }
    void pump() {
        const auto& socket = on_websocket_ ? websocket_ : probe_;
        if (!socket) return;
        if (!stalled()) {
            in_ += socket->read(static_cast<std::size_t>(scheduler_.dice.between(1, 4'000)));
            read_frames();
            if (closed_) return;
            if (socket && socket->closed() && !socket->readable()) {
                if (on_websocket_) return finish();
                return on_probe_closed();
            }
        }
        later(scheduler_.dice.delay(3, 16), [this] { pump(); });
    }
    void on_probe_closed() {
        probe_ = nullptr;
        probe_answered_ = false;
        in_.clear();
        if (pausing_) resume_polling();
        if (scheduler_.dice.chance(50)) later(Milliseconds(50), [this] { begin_upgrade(); });
    }
    void resume_polling() {
        pausing_ = false;
        get();
        post();
    }
    /// Frames of a server: whole messages, unmasked.
    void read_frames() {
        while (in_.size() >= 2 && !closed_) {
            const auto first = static_cast<unsigned char>(in_[0]);
            std::size_t length = static_cast<unsigned char>(in_[1]);
            std::size_t header = 2;
            if (length == 126) {
                if (in_.size() < 4) return;
                length = static_cast<std::size_t>(static_cast<unsigned char>(in_[2])) * 256 +
                         static_cast<unsigned char>(in_[3]);
                header = 4;
            }
            scheduler_.require(length < 127 || header == 4, "messages of the simulation are short");
            if (in_.size() < header + length) return;
            const auto payload = in_.substr(header, length);
            in_.erase(0, header + length);
            scheduler_.require(first == 0x81 || first == 0x82, "frames are whole and in step");
            on_frame(payload, first == 0x82);
        }
    }
    void on_frame(const std::string& payload, bool binary) {
        const auto packet = binary ? wire::decode_engine_binary(payload, protocol_)
                                   : wire::decode_engine_text(payload);
        scheduler_.require(packet.has_value(), "servers send packets");
        if (!packet) return;
        if (!on_websocket_) return on_probe_packet(*packet);
        on_packet(packet->type, packet->binary, packet->data);
    }

    // ---- The probe dance -----------------------------------------------------------------------
    void on_probe_packet(wire::EnginePacketView packet) {
        scheduler_.require(packet.type == wire::EnginePacketType::pong && packet.data == "probe" &&
                               !probe_answered_,
                           "a probe carries nothing but one 3probe");
        probe_answered_ = true;
        if (!calm_ && scheduler_.dice.chance(15)) return spoil_upgrade();
        pausing_ = true;
        finish_pause();
    }
    void spoil_upgrade() {
        auto& dice = scheduler_.dice;
        if (dice.chance(50)) return send_probe_packet(dice.chance(50) ? "4hello" : "2");
        // Or it never answers, and the server gives up.
    }
    void finish_pause() {
        if (getting_ || posting_ || !probe_ || on_websocket_) return;
        websocket_ = std::exchange(probe_, nullptr);
        on_websocket_ = true;
        pausing_ = false;
        transmit(websocket_, {wire::EnginePacketType::upgrade, false, {}});
        flush();
    }

    void on_packet(wire::EnginePacketType type, bool binary, std::string_view data) {
        switch (type) {
            case wire::EnginePacketType::open: return on_open_packet(data);
            case wire::EnginePacketType::message: return events_->on_message(data, binary);
            case wire::EnginePacketType::ping:
                out_.push_back({wire::EnginePacketType::pong, false, {}});
                return flush();
            case wire::EnginePacketType::close: return finish();
            default: return;
        }
    }
    void on_open_packet(std::string_view data) {
        scheduler_.require(sid_.empty(), "one open packet");
        const auto begin = data.find("\"sid\":\"") + 7;
        sid_ = data.substr(begin, data.find('"', begin) - begin);
        if (protocol_ == EngineProtocol::v3) ping_by_itself();
        events_->on_open();
        flush();
    }
    void ping_by_itself() {
        later(server_.options.ping_interval, [this] {
            out_.push_back({wire::EnginePacketType::ping, false, {}});
            flush();
            ping_by_itself();
        });
    }

    Server& server_;
    Scheduler& scheduler_;
    const EngineProtocol protocol_;
    ClientEvents* events_;
    std::string sid_;
    std::shared_ptr<SimPolling> polling_;
    std::shared_ptr<SimWebSocket> websocket_;
    std::shared_ptr<SimWebSocket> probe_;
    std::deque<wire::EnginePacket> out_;
    std::string in_;
    base::TimePoint stalled_until_{};
    base::TimePoint last_arrival_{};
    bool getting_ = false;
    bool posting_ = false;
    bool pausing_ = false;
    bool probe_answered_ = false;
    bool on_websocket_ = false;
    bool calm_ = false;
    bool closed_ = false;
};

}  // namespace socketio::sim
