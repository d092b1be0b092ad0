#include "engine/session.hpp"

#include "base/assert.hpp"
#include "wire/json.hpp"

#include <utility>

namespace socketio::engine {

using Ending = TransportPort::Ending;
using wire::EnginePacketType;
using wire::EngineProtocol;

namespace {

constexpr wire::EnginePacketView noop_packet{EnginePacketType::noop, false, {}};
constexpr wire::EnginePacketView probe_pong{EnginePacketType::pong, false, "probe"};

bool is_probe_ping(wire::EnginePacketView packet) {
    return packet.type == EnginePacketType::ping && !packet.binary && packet.data == "probe";
}

}  // namespace

struct Session::Upgrade {
    Upgrade(Session& session, TransportPort& transport) : probe(transport), timeout(session) {}

    TransportPort& probe;
    base::MemberDeadline<Session, &Session::on_upgrade_timeout> timeout;
    bool probe_answered = false;
};

HeartbeatMessages::HeartbeatMessages()
    : ping(Message::make(make_content(EnginePacketType::ping, {}))),
      pong(Message::make(make_content(EnginePacketType::pong, {}))) {}

Session::Session(std::string_view sid, EngineProtocol protocol, const SessionContext& context)
    : protocol_(protocol), context_(context), sid_(sid.data(), sid.size()) {}

Session::~Session() {
    // Only a server that is torn down destroys sessions that have not ended.
    if (is_watched_) context_.backlogs->forget(*this);
}

void Session::open(TransportPort& transport, SessionPort& port) {
    SOCKETIO_ASSERT(state_ == State::made);
    state_ = State::open;
    port_ = &port;
    transport_ = &transport;
    transport_kind_ = transport.kind();
    ++context_.counters.handshakes;
    ++sessions_on_transport();
    const auto& options = context_.options;
    auto first_wait = options.ping_interval;
    if (protocol_ == EngineProtocol::v3) first_wait += options.ping_timeout;
    context_.deadlines.arm_after(heartbeat_, first_wait);
    send(Message::make(make_content(EnginePacketType::open, open_packet())));
    if (options.initial_packet.empty()) return;
    send(Message::make(make_content(EnginePacketType::message, options.initial_packet)));
}

std::uint64_t& Session::sessions_on_transport() const noexcept {
    auto& counters = context_.counters;
    return transport_kind_ == TransportKind::polling ? counters.polling_sessions
                                                     : counters.websocket_sessions;
}

std::string Session::open_packet() const {
    const auto& options = context_.options;
    const bool may_upgrade = transport_kind_ == TransportKind::polling && options.allow_upgrades &&
                             options.allow_websocket;
    std::string json = "{\"sid\":";
    wire::append_json_string(json, sid());
    json += ",\"upgrades\":";
    json += may_upgrade ? "[\"websocket\"]" : "[]";
    json += ",\"pingInterval\":" + std::to_string(options.ping_interval.count());
    json += ",\"pingTimeout\":" + std::to_string(options.ping_timeout.count());
    json += ",\"maxPayload\":" + std::to_string(options.message_bytes_max) + '}';
    return json;
}

// ---- From transports ---------------------------------------------------------------------------

void Session::on_packet(TransportPort& from, wire::EnginePacketView packet) {
    if (state_ != State::open) return;
    if (is_slow_) return end(DisconnectReason::slow_client, Ending::now);
    if (&from == transport_) return on_main_packet(packet);
    if (is_probe(from)) return on_probe_packet(packet);
    // A transport that was replaced: what it still carried counts for nothing.
}

void Session::on_main_packet(wire::EnginePacketView packet) {
    if (packet.type != EnginePacketType::pong) note_sign_of_life();
    switch (packet.type) {
        case EnginePacketType::message: return port_->on_message(packet.data, packet.binary);
        case EnginePacketType::ping: return on_ping();
        case EnginePacketType::pong: return on_pong();
        case EnginePacketType::close: return on_client_close();
        case EnginePacketType::open:
        case EnginePacketType::upgrade:
        case EnginePacketType::noop: return;
    }
}

void Session::on_client_close() {
    if (transport_kind_ == TransportKind::websocket) {
        return end(DisconnectReason::transport_close, Ending::after_queue);
    }
    // The client asks for nothing more: its waiting GET is released, and no close packet is kept for it.
    transport_->send_past_queue(noop_packet);
    end(DisconnectReason::transport_close, Ending::now);
}

void Session::on_ping() {
    if (protocol_ == EngineProtocol::v4) {
        return end(DisconnectReason::transport_error, Ending::now);
    }
    const auto& options = context_.options;
    context_.deadlines.arm_after(heartbeat_, options.ping_interval + options.ping_timeout);
    send(context_.heartbeat.pong);
}

void Session::on_pong() {
    if (protocol_ == EngineProtocol::v3) {
        return end(DisconnectReason::transport_error, Ending::now);
    }
    awaits_pong_ = false;
    context_.deadlines.arm_after(heartbeat_, context_.options.ping_interval);
}

void Session::note_sign_of_life() {
    if (!awaits_pong_ || pong_wait_prolonged_) return;
    pong_wait_prolonged_ = true;
    context_.deadlines.arm_after(heartbeat_, context_.options.ping_timeout);
}

void Session::on_malformed(TransportPort& from) {
    if (state_ != State::open) return;
    if (&from == transport_) return end(DisconnectReason::parse_error, Ending::now);
    if (is_probe(from)) abandon_probe();
}

void Session::on_transport_lost(TransportPort& from, DisconnectReason reason) {
    if (state_ != State::open) return;
    if (is_probe(from)) {
        upgrade_.reset();
    } else if (&from == transport_) {
        transport_ = nullptr;
        end(reason, Ending::now);
    }
}

// ---- Upgrade -----------------------------------------------------------------------------------

bool Session::begin_upgrade(TransportPort& probe) {
    const bool may = state_ == State::open && !is_slow_ && !upgrade_ &&
                     transport_kind_ == TransportKind::polling && context_.options.allow_upgrades &&
                     context_.options.allow_websocket;
    if (!may) return false;
    upgrade_ = std::make_unique<Upgrade>(*this, probe);
    context_.deadlines.arm_after(upgrade_->timeout, context_.options.upgrade_timeout);
    return true;
}

void Session::on_probe_packet(wire::EnginePacketView packet) {
    if (is_probe_ping(packet)) return answer_probe();
    if (packet.type == EnginePacketType::upgrade) return complete_upgrade();
    abandon_probe();
}

void Session::answer_probe() {
    upgrade_->probe_answered = true;
    // In this order: a client that saw its poll released first would wait for the pong without polling.
    upgrade_->probe.send_past_queue(probe_pong);
    transport_->send_past_queue(noop_packet);
}

void Session::complete_upgrade() {
    auto& polling = *transport_;
    transport_ = &upgrade_->probe;
    --sessions_on_transport();
    transport_kind_ = transport_->kind();
    ++sessions_on_transport();
    upgrade_.reset();
    // A poll that still waits would never be answered otherwise.
    polling.send_past_queue(noop_packet);
    polling.retire();
    note_sign_of_life();
    if (!queue_.empty()) transport_->take_over();
    port_->on_upgraded();
}

void Session::abandon_probe() {
    if (!upgrade_) return;
    auto& probe = upgrade_->probe;
    upgrade_.reset();
    probe.retire();
}

void Session::on_upgrade_timeout(base::TimePoint) {
    abandon_probe();
}

bool Session::upgrading() const noexcept {
    return upgrade_ && upgrade_->probe_answered;
}

bool Session::is_probe(const TransportPort& transport) const noexcept {
    return upgrade_ && &upgrade_->probe == &transport;
}

// ---- From above --------------------------------------------------------------------------------

EmitOutcome Session::send(MessageRef message, bool is_volatile) {
    if (state_ != State::open || is_slow_) return EmitOutcome::disconnected;
    auto& counters = context_.counters;
    if (is_volatile && !transport_->writable()) {
        ++counters.messages_refused;
        return EmitOutcome::refused;
    }
    const bool replaces = queue_.replace(*message);
    if (replaces) ++counters.messages_replaced;
    if (!fits(*message) && !make_room(*message)) {
        if (message->content().droppable) {
            ++counters.messages_refused;
            return EmitOutcome::refused;
        }
        become_slow();
        return EmitOutcome::disconnected;
    }
    ++counters.messages_queued;
    // A transport that was told of the first message takes all that are there by then.
    const bool is_first = queue_.empty();
    queue_.push(std::move(message));
    if (is_first) transport_->wake();
    // 0 is off: less one, it is the largest number.
    if (queue_.bytes() - 1 > context_.options.backlog_bytes - 1 && !has_backlog_) watch_backlog();
    return replaces ? EmitOutcome::replaced : EmitOutcome::queued;
}

bool Session::writable() const noexcept {
    return state_ == State::open && !is_slow_ && transport_->writable();
}

bool Session::make_room(const Message& message) {
    // A burst within one turn says nothing about the client: what the kernel takes now counts.
    transport_->flush();
    while (!fits(message)) {
        if (!queue_.drop_oldest()) return false;
        ++context_.counters.messages_dropped;
    }
    return true;
}

void Session::note_event_refused() noexcept {
    ++context_.counters.events_refused;
}

void Session::become_slow() {
    is_slow_ = true;
    ++context_.counters.slow_clients;
    context_.deadlines.arm(heartbeat_, context_.deadlines.now());
}

void Session::on_drained() {
    has_backlog_ = false;
    if (state_ == State::open && !is_slow_) port_->on_drained();
}

void Session::watch_backlog() {
    if (state_ != State::open || std::exchange(is_watched_, true)) return;
    context_.backlogs->add(*this);
}

void Session::look_at_backlog() {
    is_watched_ = false;
    if (is_slow_) return;
    if (!has_backlog_) {
        if (queue_.bytes() <= context_.options.backlog_bytes) return;
        // Sent in this turn, perhaps, which has yet to write it.
        if (transport_->writable()) return watch_backlog();
        has_backlog_ = true;
        ++context_.counters.backlogs;
    }
    port_->on_backlog();
}

bool Session::fits(const Message& message) const noexcept {
    const auto& options = context_.options;
    return queue_.empty() ||
           (queue_.bytes() + message.bytes() <= options.send_queue_bytes_max &&
            queue_.packets() + message.packets() <= options.send_queue_packets_max);
}

void Session::on_heartbeat(base::TimePoint) {
    if (is_slow_) return end(DisconnectReason::slow_client, Ending::now);
    if (protocol_ == EngineProtocol::v3 || awaits_pong_) {
        return end(DisconnectReason::ping_timeout, Ending::now);
    }
    awaits_pong_ = true;
    pong_wait_prolonged_ = false;
    queue_.shrink();
    context_.deadlines.arm_after(heartbeat_, context_.options.ping_timeout);
    send(context_.heartbeat.ping);
}

void Session::close(DisconnectReason reason) {
    const bool is_fault = reason == DisconnectReason::slow_client ||
                          reason == DisconnectReason::transport_error ||
                          reason == DisconnectReason::transport_close;
    end(reason, is_fault ? Ending::now : Ending::after_queue);
}

void Session::end(DisconnectReason reason, Ending ending) {
    if (state_ != State::open) return;
    // Whatever ends a slow client first, its slowness is what its owner wants to know.
    if (is_slow_) {
        reason = DisconnectReason::slow_client;
        ending = Ending::now;
    }
    state_ = State::closed;
    --sessions_on_transport();
    heartbeat_.cancel();
    if (is_watched_) context_.backlogs->forget(*this);
    if (ending == Ending::after_queue && upgrading()) {
        // JavaScript clients that lose a probe on their way to it never poll again.
        const auto upgrade = std::exchange(upgrade_, nullptr);
        upgrade->probe.part();
    }
    abandon_probe();
    port_->on_close(reason);
    if (auto* transport = std::exchange(transport_, nullptr)) transport->end(ending);
    queue_.clear();
    context_.keeper.on_session_closed(*this);
}

}  // namespace socketio::engine
