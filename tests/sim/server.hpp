#pragma once
// A server of one shard, or one of several, on a simulated network: sessions over fake polling and WebSocket transports that
// behave as transport/ does, and the turn of a loop: what was woken writes at its end, what died is freed.

#include "hub/client.hpp"
#include "hub/delivery.hpp"
#include "hub/hub.hpp"
#include "hub/recovery.hpp"
#include "sim/scheduler.hpp"
#include "support/counted_contents.hpp"
#include "wire/engine_payload.hpp"
#include "wire/websocket_frame.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio::sim {

using wire::EngineProtocol;

class Server;

/// The simulation's clock begins at nothing, the world's does not.
inline constexpr Milliseconds wall_clock_ahead{1'790'000'000'000};

/// Writes once at the end of each turn in which it was woken.
class SimTransport : public engine::TransportPort {
public:
    explicit SimTransport(Server& server, engine::Session& session)
        : server_(server), session_(&session), protocol_(session.protocol()) {}

    virtual void write() = 0;
    /// The session has let it go, or lost it.
    [[nodiscard]] bool is_loose() const noexcept { return session_ == nullptr; }

protected:
    Server& server_;
    engine::Session* session_;
    const EngineProtocol protocol_;
};

/// The server's end of long-polling.
class SimPolling final : public SimTransport {
public:
    /// A body, or nothing for a 400.
    using Answer = std::function<void(std::optional<std::string>)>;
    using SimTransport::SimTransport;

    void on_get(Answer answer);
    void on_post(std::string_view body, const Answer& answer);
    void on_abort();

    [[nodiscard]] engine::TransportKind kind() const noexcept override {
        return engine::TransportKind::polling;
    }
    void wake() override;
    void flush() override;
    [[nodiscard]] bool writable() const noexcept override { return waiting_ != nullptr; }
    void send_past_queue(wire::EnginePacketView packet) override;
    void end(Ending ending) override;
    void retire() override;
    void write() override;

    [[nodiscard]] bool has_goodbye() const noexcept { return goodbye_.has_value(); }

private:
    void respond(std::optional<std::string> body);
    [[nodiscard]] std::string encode(wire::EnginePacketView packet) const;
    [[nodiscard]] std::string take_queue();

    Answer waiting_;
    std::optional<std::string> goodbye_;
    bool behind_ = false;  ///< Messages had to wait for a GET.
};

/// The server's end of a WebSocket: a byte stream of bounded size towards the client.
class SimWebSocket final : public SimTransport {
public:
    SimWebSocket(Server& server, engine::Session& session, std::size_t capacity)
        : SimTransport(server, session), capacity_(capacity) {}

    void on_text(std::string_view text);
    void on_binary(std::string_view bytes);
    void on_lost(DisconnectReason reason);
    /// The client takes up to that many bytes off the stream.
    [[nodiscard]] std::string read(std::size_t bytes_max);
    [[nodiscard]] bool readable() const noexcept { return !stream_.empty(); }
    /// No byte will follow those in the stream.
    [[nodiscard]] bool closed() const noexcept { return closed_; }

    [[nodiscard]] engine::TransportKind kind() const noexcept override {
        return engine::TransportKind::websocket;
    }
    void wake() override;
    void take_over() override {
        behind_ = true;
        wake();
    }
    void flush() override;
    [[nodiscard]] bool writable() const noexcept override { return !blocked_; }
    void send_past_queue(wire::EnginePacketView packet) override;
    void end(Ending ending) override;
    void retire() override;
    void part() override;
    void write() override;

private:
    [[nodiscard]] bool carries() const;
    void write_out();
    void write_queue(engine::SendQueue& queue);
    [[nodiscard]] std::size_t push(std::string_view bytes);

    std::size_t capacity_;
    std::string stream_;
    std::unique_ptr<engine::SendQueue> rest_;
    bool blocked_ = false;
    bool behind_ = false;   ///< Messages had to wait for a later turn.
    bool parting_ = false;  ///< Closes with its client's next word.
    bool closed_ = false;
};

class Server final : public engine::SessionKeeper, public hub::NamespacePort {
public:
    explicit Server(Scheduler& its_scheduler, Options its_options, unsigned its_index = 0)
        : scheduler(its_scheduler),
          options(std::move(its_options)),
          index(its_index),
          deadlines(scheduler.now()) {
        tick();
    }
    ~Server() override {
        records_.clear();
        dead_.clear();
    }

    Namespace& make_namespace(const std::string& name) {
        auto& nsp = namespaces_[name];
        nsp = std::make_unique<Namespace>(name, *this);
        hub.add_namespace(*nsp);
        return *nsp;
    }

    // ---- From the network ----------------------------------------------------------------------
    /// Everything that happens to the server happens in a turn.
    template <class Work>
    void turn(Work&& work) {
        const auto before = std::exchange(scheduler.shard, index);
        deadlines.set_now(scheduler.now());
        std::forward<Work>(work)();
        end_turn();
        scheduler.shard = before;
    }
    /// A new session; the answer to its first GET, or its WebSocket.
    std::shared_ptr<SimPolling> open_polling(EngineProtocol protocol, SimPolling::Answer answer) {
        auto& record = make_record(protocol);
        record.polling = std::make_shared<SimPolling>(*this, record.session);
        turn([&] {
            record.polling->on_get(std::move(answer));
            start(record, *record.polling);
        });
        return record.polling;
    }
    std::shared_ptr<SimWebSocket> open_websocket(EngineProtocol protocol, std::size_t capacity) {
        auto& record = make_record(protocol);
        record.websocket = std::make_shared<SimWebSocket>(*this, record.session, capacity);
        const auto kept = record.websocket;
        turn([&] { start(record, *record.websocket); });
        return kept;
    }
    /// Nothing when the session is gone or takes no upgrade.
    std::shared_ptr<SimWebSocket> open_probe(const std::string& sid, std::size_t capacity) {
        auto* record = find(sid);
        if (record == nullptr) return nullptr;
        auto probe = std::make_shared<SimWebSocket>(*this, record->session, capacity);
        bool taken = false;
        turn([&] { taken = record->session.begin_upgrade(*probe); });
        if (!taken) return nullptr;
        record->probes.push_back(probe);
        return probe;
    }
    [[nodiscard]] bool knows(const std::string& sid) const { return records_.contains(sid); }
    [[nodiscard]] std::size_t sessions() const noexcept { return records_.size(); }
    [[nodiscard]] engine::Session* session(const std::string& sid) {
        auto* record = find(sid);
        return record != nullptr ? &record->session : nullptr;
    }
    void schedule(SimTransport& transport) {
        if (std::find(woken_.begin(), woken_.end(), &transport) == woken_.end()) {
            woken_.push_back(&transport);
        }
    }

    // ---- NamespacePort -------------------------------------------------------------------------
    [[nodiscard]] hub::EventContents encode(const hub::PlainEvent& event) const override {
        return test::encode_for(options, encodings, event);
    }
    void broadcast(const Namespace& nsp, Audience audience, EmitFlags flags, std::string_view event,
                   Args args) override {
        auto* recovery = hub.recovery();
        const bool is_sent_again = recovery != nullptr && !flags.is_volatile;
        const auto offset = is_sent_again ? recovery->next_offset() : wire::EventOffset::none;
        hub.deliver(
            hub::make_delivery(*this, nsp.name(), std::move(audience), flags, event, args, offset));
    }
    void deliver_everywhere(hub::Delivery delivery) override { hub.deliver(delivery); }
    void surgery(hub::RoomSurgery surgery) override { hub.surgery(surgery); }
    void ask(hub::Question question, BroadcastAckHandler handler) override {
        hub.ask(question, std::move(handler));
    }
    void fetch(hub::SocketQuery query, FetchHandler handler) override {
        handler({{}, hub.fetch(query.nsp, query.audience), {}});
    }
    void require_setup_phase(const Namespace&) const override {}

    Scheduler& scheduler;
    const Options options;
    const unsigned index;
    base::DeadlineQueue deadlines;
    const base::Log log{[this](const LogEvent& event) {
                            scheduler.require(event.event != "handler failed",
                                              "no handler throws: " + event.fields.back().second);
                        },
                        LogLevel::warn};
    Counters counters;
    mutable test::Encodings encodings{};
    engine::SessionContext context{options, deadlines, counters, *this};
    hub::Hub hub{hub::HubContext{options, deadlines, scheduler.dice, log, index, wall_clock_ahead,
                                 &counters}};

private:
    struct Record {
        Record(std::string_view sid, EngineProtocol protocol, Server& server)
            : session(sid, protocol, server.context) {}

        engine::Session session;
        std::unique_ptr<hub::Client> client;
        std::shared_ptr<SimPolling> polling;
        std::shared_ptr<SimWebSocket> websocket;
        std::vector<std::shared_ptr<SimWebSocket>> probes;
    };

    void on_session_closed(engine::Session& session) override {
        auto record = records_.extract(std::string(session.sid()));
        scheduler.require(!record.empty(), "a session is closed once");
        if (!record.empty()) dead_.push_back(std::move(record.mapped()));
    }
    Record& make_record(EngineProtocol protocol) {
        auto sid = "sid" + std::to_string(++sessions_made_);
        if (index > 0) sid += " of shard " + std::to_string(index);
        return *records_.emplace(sid, std::make_unique<Record>(sid, protocol, *this)).first->second;
    }
    void start(Record& record, engine::TransportPort& transport) {
        Handshake handshake;
        handshake.query.add("sid", record.session.sid());
        handshake.query.add("EIO", record.session.protocol() == EngineProtocol::v4 ? "4" : "3");
        record.client = hub.make_client(record.session, std::move(handshake));
        record.session.open(transport, *record.client);
        record.client->start();
    }
    [[nodiscard]] Record* find(const std::string& sid) {
        const auto found = records_.find(sid);
        return found != records_.end() ? found->second.get() : nullptr;
    }
    void tick() {
        turn([this] { deadlines.advance(scheduler.now()); });
        scheduler.after(base::DeadlineQueue::tick, [this] { tick(); });
    }
    void end_turn() {
        while (!woken_.empty()) {
            for (auto* transport : std::exchange(woken_, {})) transport->write();
        }
        for (const auto& [sid, record] : records_) check_bounds(record->session);
        // Transports that still have something to say live on with their clients.
        dead_.clear();
    }
    void check_bounds(engine::Session& session) {
        const auto& queue = session.queue();
        scheduler.require(queue.size() <= 1 || (queue.bytes() <= options.send_queue_bytes_max &&
                                                queue.packets() <= options.send_queue_packets_max),
                          "a send queue stays within its bounds");
    }

    std::map<std::string, std::unique_ptr<Namespace>> namespaces_;
    std::map<std::string, std::unique_ptr<Record>> records_;
    std::vector<std::unique_ptr<Record>> dead_;
    std::vector<SimTransport*> woken_;
    int sessions_made_ = 0;
};

// ---- Polling -----------------------------------------------------------------------------------

inline void SimPolling::respond(std::optional<std::string> body) {
    std::exchange(waiting_, nullptr)(std::move(body));
}

inline std::string SimPolling::encode(wire::EnginePacketView packet) const {
    std::string body;
    if (protocol_ == EngineProtocol::v4) {
        wire::append_payload_v4(body, packet);
    } else {
        wire::append_payload_v3_text(body, packet);
    }
    return body;
}

inline std::string SimPolling::take_queue() {
    const auto format = protocol_ == EngineProtocol::v4 ? engine::PayloadFormat::v4
                                                        : engine::PayloadFormat::v3_text;
    auto& queue = session_->queue();
    std::string body;
    for (const auto& message : queue.messages()) {
        if (message) message->append_payload(body, format);
    }
    queue.clear();
    return body;
}

inline void SimPolling::on_get(Answer answer) {
    if (goodbye_) {
        answer(*std::exchange(goodbye_, std::nullopt));
        return;
    }
    if (session_ == nullptr) return answer(std::nullopt);
    waiting_ = std::move(answer);
    if (session_->upgrading() && session_->queue().empty()) {
        respond(encode({wire::EnginePacketType::noop, false, {}}));
    } else {
        wake();
    }
}

inline void SimPolling::on_post(std::string_view body, const Answer& answer) {
    if (session_ == nullptr) return answer(std::nullopt);
    const auto payload = protocol_ == EngineProtocol::v4
                             ? wire::decode_payload_v4(body, 100'000)
                             : wire::decode_payload_v3_text(body, 100'000);
    server_.scheduler.require(!payload.malformed, "clients post payloads");
    for (const auto& packet : payload.packets) {
        if (session_ == nullptr) break;
        session_->on_packet(*this, packet.view());
    }
    answer("ok");
}

inline void SimPolling::on_abort() {
    waiting_ = nullptr;
    if (auto* session = std::exchange(session_, nullptr)) {
        session->on_transport_lost(*this, DisconnectReason::transport_error);
    }
}

inline void SimPolling::wake() {
    server_.scheduler.require(session_ != nullptr, "a polling transport that ended is not woken");
    if (waiting_) {
        server_.schedule(*this);
    } else if (!session_->queue().empty()) {
        behind_ = true;
    }
}

inline void SimPolling::flush() {
    if (waiting_ && session_ != nullptr && !session_->queue().empty()) respond(take_queue());
}

inline void SimPolling::write() {
    flush();
    if (session_ == nullptr || !session_->queue().empty()) return;
    if (std::exchange(behind_, false)) session_->on_drained();
}

inline void SimPolling::send_past_queue(wire::EnginePacketView packet) {
    server_.scheduler.require(session_ != nullptr, "a polling transport that ended sends nothing");
    if (waiting_) respond(encode(packet));
}

inline void SimPolling::end(Ending ending) {
    server_.scheduler.require(session_ != nullptr, "a polling transport ends once");
    const wire::EnginePacketView close{wire::EnginePacketType::close, false, {}};
    std::string body;
    if (ending == Ending::after_queue) body = take_queue();
    session_ = nullptr;
    if (protocol_ == EngineProtocol::v4) {
        wire::append_payload_v4(body, close);
    } else {
        wire::append_payload_v3_text(body, close);
    }
    if (waiting_) {
        respond(body);
    } else if (ending == Ending::after_queue) {
        goodbye_ = body;
    }
}

inline void SimPolling::retire() {
    if (waiting_) respond(encode({wire::EnginePacketType::noop, false, {}}));
    session_ = nullptr;
}

// ---- WebSocket ---------------------------------------------------------------------------------

inline bool SimWebSocket::carries() const {
    return session_ != nullptr && session_->transport_kind() == engine::TransportKind::websocket;
}

inline void SimWebSocket::on_text(std::string_view text) {
    if (parting_) closed_ = true;
    if (session_ == nullptr) return;
    const auto packet = wire::decode_engine_text(text);
    if (packet) {
        session_->on_packet(*this, *packet);
    } else {
        session_->on_malformed(*this);
    }
}

inline void SimWebSocket::on_binary(std::string_view bytes) {
    if (parting_) closed_ = true;
    if (session_ != nullptr) {
        session_->on_packet(*this, {wire::EnginePacketType::message, true, bytes});
    }
}

inline void SimWebSocket::on_lost(DisconnectReason reason) {
    closed_ = true;
    if (auto* session = std::exchange(session_, nullptr)) session->on_transport_lost(*this, reason);
}

inline std::string SimWebSocket::read(std::size_t bytes_max) {
    auto bytes = stream_.substr(0, bytes_max);
    stream_.erase(0, bytes.size());
    if (blocked_) server_.turn([this] { write(); });
    return bytes;
}

inline std::size_t SimWebSocket::push(std::string_view bytes) {
    if (closed_) return bytes.size();
    const auto taken = std::min(bytes.size(), capacity_ - std::min(capacity_, stream_.size()));
    stream_ += bytes.substr(0, taken);
    return taken;
}

inline void SimWebSocket::wake() {
    server_.scheduler.require(carries(), "nothing is written to a WebSocket that is still a probe");
    server_.schedule(*this);
}

inline void SimWebSocket::flush() {
    server_.scheduler.require(carries(), "a probe is not flushed");
    write_out();
}

inline void SimWebSocket::send_past_queue(wire::EnginePacketView packet) {
    server_.scheduler.require(session_ != nullptr, "a WebSocket that ended sends nothing");
    std::string text(1, wire::to_digit(packet.type));
    text += packet.data;
    wire::append_websocket_frame(stream_, wire::WebSocketOpcode::text, text);
}

inline void SimWebSocket::end(Ending ending) {
    server_.scheduler.require(carries(), "only the current transport is ended");
    auto* session = std::exchange(session_, nullptr);
    if (ending == Ending::now || session->queue().empty()) {
        closed_ = true;
        return;
    }
    rest_ = std::make_unique<engine::SendQueue>(std::move(session->queue()));
    write();
}

inline void SimWebSocket::retire() {
    session_ = nullptr;
    closed_ = true;
}

inline void SimWebSocket::part() {
    session_ = nullptr;
    parting_ = true;
}

inline void SimWebSocket::write() {
    write_out();
    if (!carries()) return;
    if (blocked_) {
        behind_ = true;
    } else if (session_->queue().empty() && std::exchange(behind_, false)) {
        session_->on_drained();
    }
}

inline void SimWebSocket::write_out() {
    if (rest_) {
        write_queue(*rest_);
        closed_ = closed_ || rest_->empty();
    } else if (carries()) {
        write_queue(session_->queue());
    }
}

inline void SimWebSocket::write_queue(engine::SendQueue& queue) {
    blocked_ = false;
    while (!queue.empty() && !blocked_) {
        const auto frames = queue.messages()
                                .front()
                                ->websocket_bytes(engine::frame_format(protocol_, false))
                                .substr(queue.front_offset());
        const auto taken = push(frames);
        queue.consume_websocket(taken, engine::frame_format(protocol_, false));
        blocked_ = taken < frames.size();
    }
}

}  // namespace socketio::sim
