// What stands behind a Socket. Its acks, rooms and handlers stand in socket_acks.cpp, socket_rooms.cpp and
// socket_handlers.cpp.
#include "hub/socket_state.hpp"

#include "base/assert.hpp"
#include "hub/client.hpp"
#include "hub/delivery.hpp"
#include "hub/namespace_table.hpp"
#include "hub/recovery.hpp"
#include "wire/json.hpp"

#include <iterator>
#include <utility>
#include <vector>

namespace socketio::hub {

namespace {

/// Numbers name events too, as in JavaScript, where they are property names.
std::string event_name(const Value& name) {
    const auto* text = name.if_string();
    return text != nullptr ? *text : wire::to_json(name);
}

}  // namespace

SocketState::SocketState(Client& client, NamespaceState& nsp, std::string_view id,
                         HandshakeRef handshake)
    : reads_msgpack_(client.format() == wire::PacketFormat::msgpack),
      protocol_(client.session().protocol()),
      session_(&client.session()),
      client_(&client),
      nsp_(nsp),
      id_(id.data(), id.size()),
      handshake_(std::move(handshake)),
      attempt_(std::make_unique<ConnectAttempt>(*this, nsp.setup())) {
    nsp_.arrive();
}

SocketState::~SocketState() {
    // Only a server that is torn down destroys sockets that have not left.
    if (connected()) nsp_.remove(*this);
    nsp_.rooms().leave_all(*this);
}

engine::TransportKind SocketState::transport_kind() const noexcept {
    return session_ != nullptr ? session_->transport_kind() : last_transport_kind_;
}

engine::MessageRef SocketState::make_message(const wire::Packet& packet) const {
    return engine::Message::make(engine::make_content(parser().encode(packet)));
}

// ---- Connecting --------------------------------------------------------------------------------

void SocketState::restore(RestoredSocket restored) {
    auto& recovery = *hub().recovery_desk();
    auto& session = *restored.session;
    recovered_ = true;
    recovery.admit_restored(*this, restored);
    in_own_room_ = false;
    for (const auto& room : session.rooms) {
        (void)enter(room.name, static_cast<std::uint32_t>(room.since));
    }
    data_ = std::move(session.data);
    attempt_->restore({std::move(restored.missed), recovery.end()},
                      recovery.options().skip_middlewares);
}

void SocketState::proceed() {
    const auto progress = attempt_->run();
    // The client may have gone while a middleware ran.
    if (phase_ != Phase::pending) return;
    if (progress == ConnectAttempt::Progress::refused) return refuse(attempt_->take_refusal());
    if (progress != ConnectAttempt::Progress::passed) return;
    // The namespace may have been closed while a middleware took its time.
    if (!nsp_.is_open()) return refuse({"Invalid namespace", nullptr});
    connect();
}

void SocketState::connect() {
    const auto held = attempt_->take_held();
    const auto own_events = attempt_->take_own_events();
    const auto missed = attempt_->take_missed();
    attempt_.reset();
    phase_ = Phase::connected;
    was_connected_ = true;
    nsp_.add(*this);
    if (in_own_room_) tell_joined(id(), true);
    auto& client = *client_;
    client.on_socket_connected();
    auto* recovery = protocol_ == wire::EngineProtocol::v4 ? hub().recovery_desk() : nullptr;
    if (recovery != nullptr && !recovered_) recovery->admit(*this);
    if (recovered_ && !send_missed(missed)) return;
    send_connect_reply();
    for (const auto& message : held) {
        const bool has_offset = message->content().offset != wire::EventOffset::none;
        if (has_offset) hub().recovery()->note_direct(*this, message->shared_content());
        transmit(message, false);
    }
    for (const auto& event : own_events) send_by_adapter(event.name, event.args, event.flags);
    call_connection_handlers();
    greeted_ = true;
    client.on_socket_greeted();
}

void SocketState::send_connect_reply() {
    wire::Packet reply{wire::PacketType::connect, nsp_.name(), std::nullopt, nullptr};
    if (protocol_ == wire::EngineProtocol::v4) {
        Object payload{{"sid", id()}};
        if (const auto* recovery = hub().recovery_desk()) {
            payload.append("pid", recovery->pid_of(*this));
        }
        reply.data = std::move(payload);
    }
    transmit(make_message(reply), false);
}

bool SocketState::send_missed(const ConnectAttempt::Missed& missed) {
    std::vector<engine::ContentRef> more;
    if (!hub().recovery_desk()->on_connected(*this, missed.until, more)) {
        // It has been sent nothing yet: it comes back to what it had.
        close_connection();
        return false;
    }
    for (const auto* packets : {&missed.packets, &std::as_const(more)}) {
        for (const auto& packet : *packets) transmit(hub().share(packet), false);
    }
    return true;
}

void SocketState::call_connection_handlers() {
    for (const auto& handler : nsp_.setup().connection_handlers) {
        if (phase_ != Phase::connected) return;
        guarded("connection", [&] { handler(facade_); });
    }
}

void SocketState::refuse(Refusal refusal) {
    auto& [message, data] = refusal;
    wire::Packet reply{wire::PacketType::connect_error, nsp_.name(), std::nullopt, nullptr};
    if (protocol_ == wire::EngineProtocol::v3) {
        reply.data = data.is_null() ? Value(std::move(message)) : std::move(data);
    } else {
        Object payload{{"message", std::move(message)}};
        if (!data.is_null()) payload.append("data", std::move(data));
        reply.data = std::move(payload);
    }
    session_->send(make_message(reply));
    release();
}

// ---- Events ------------------------------------------------------------------------------------

void SocketState::on_event(wire::Packet packet) {
    auto* data = packet.data.if_array();
    // `42` without a payload names no event.
    if (data == nullptr || data->empty()) return;
    IncomingEvent event{event_name(data->front()), Args(std::make_move_iterator(data->begin() + 1),
                                                        std::make_move_iterator(data->end()))};
    if (!is_in_time(event)) return;
    Ack ack;
    if (packet.id) ack = Ack(std::make_shared<AckReply>(*this, open_replies_, *packet.id));
    if (handlers_) call_any_handlers(handlers_->any, event.name, event.args);
    if (phase_ != Phase::connected) return;
    if (!handlers_ || !handlers_->middlewares) return dispatch(event, ack);
    handlers_->middlewares->pass(std::move(event), std::move(ack));
}

bool SocketState::is_in_time(const IncomingEvent& event) {
    const auto& context = hub().context();
    const auto& options = context.options;
    const auto rate = options.events_per_second_max;
    if (rate == 0) return true;
    const auto now = context.deadlines.now();
    if (!event_rate_) {
        const auto burst = options.events_burst_max != 0 ? options.events_burst_max : rate;
        event_rate_ = std::make_unique<base::TokenBucket>(rate, burst, now);
    }
    if (event_rate_->take(now)) return true;
    session_->note_event_refused();
    if (options.event_rate_action == EventRateAction::drop) {
        const Value no_data;
        on_event_refused({event.name, "Too many events", no_data});
        return false;
    }
    context.log.write(LogLevel::warn, "client disconnected for its event rate", [&] {
        return base::LogFields{{"nsp", nsp_.name()}, {"address", handshake().address}};
    });
    disconnect_and_close();
    return false;
}

void SocketState::call_any_handlers(const HandlerList<AnyHandler>& list, std::string_view event,
                                    const Args& args) {
    const auto handlers = list.entries();
    if (!handlers) return;
    for (const auto& handler : *handlers) {
        guarded(event, [&] { handler->call(facade_, event, args); });
    }
}

void SocketState::dispatch(const IncomingEvent& event, const Ack& ack) {
    if (call_own_handler(event, ack)) return;
    const auto& common = nsp_.setup().handlers;
    if (const auto found = common.find(event.name); found != common.end()) {
        guarded(event.name, [&] { found->second(facade_, event.args, ack); });
    }
}

bool SocketState::call_own_handler(const IncomingEvent& event, const Ack& ack) {
    if (!handlers_) return false;
    const auto own = handlers_->events.find(event.name);
    if (own == handlers_->events.end()) return false;
    // Held here, since it may remove or replace itself.
    const auto handler = own->second.call;
    if (own->second.once) handlers_->events.erase(own);
    guarded(event.name, [&] { (*handler)(facade_, event.args, ack); });
    return true;
}

void SocketState::on_event_refused(const EventRefusal& refusal) {
    const auto handlers = handlers_ ? handlers_->error.entries() : nullptr;
    if (!handlers) {
        hub().context().log.write(LogLevel::debug, "event refused", [&] {
            return base::LogFields{{"nsp", nsp_.name()},
                                   {"event", std::string(refusal.event)},
                                   {"why", std::string(refusal.message)}};
        });
        return;
    }
    for (const auto& handler : *handlers) {
        guarded("error", [&] { handler->call(facade_, refusal); });
    }
}

void SocketState::call_outgoing_handlers(std::string_view event, const Args& args) {
    if (handlers_) call_any_handlers(handlers_->outgoing, event, args);
}

EmitOutcome SocketState::send(std::string_view event, const Args& args, const EmitFlags& flags) {
    if (phase_ != Phase::pending && phase_ != Phase::connected) return EmitOutcome::disconnected;
    const bool is_kept = can_recover(flags);
    const bool by_adapter = is_kept && hub().recovery() == nullptr;
    // Who has left the room of its own id is reached here alone.
    if (by_adapter && in_own_room_) return send_by_adapter(event, args, flags);
    notify_outgoing(event, args);
    if (is_kept && !by_adapter) return send_recoverable(event, args, flags);
    auto content = encode_event({format(), false}, {nsp_.name(), event, args, flags});
    return transmit(engine::Message::make(std::move(content)), flags.is_volatile);
}

bool SocketState::can_recover(const EmitFlags& flags) const noexcept {
    return hub().recovery_desk() != nullptr && !flags.is_volatile &&
           protocol_ == wire::EngineProtocol::v4;
}

EmitOutcome SocketState::send_recoverable(std::string_view event, const Args& args,
                                          const EmitFlags& flags) {
    // A handler that looked on may have disconnected it.
    if (phase_ != Phase::pending && phase_ != Phase::connected) return EmitOutcome::disconnected;
    auto& recovery = *hub().recovery();
    auto content =
        encode_event({format(), true}, {nsp_.name(), event, args, flags, recovery.next_offset()});
    // One that is restored is sent what the log has as soon as it is connected.
    const bool is_sent_later = phase_ == Phase::pending && recovered_;
    if (phase_ == Phase::connected || is_sent_later) recovery.note_direct(*this, content);
    if (is_sent_later) return EmitOutcome::queued;
    return transmit(engine::Message::make(std::move(content)), false);
}

/// As Node does: a broadcast to its own room, kept for it with all others, which its outgoing handlers are shown
/// when it comes back.
EmitOutcome SocketState::send_by_adapter(std::string_view event, const Args& args,
                                         const EmitFlags& flags) {
    if (phase_ == Phase::pending) {
        attempt_->hold({std::string(event), args, flags}, hub().context().options);
    } else {
        const auto& nsp = nsp_.facade();
        nsp.port().broadcast(nsp, {{std::string(id())}, {}}, flags, event, args);
    }
    return EmitOutcome::queued;
}

EmitOutcome SocketState::send(const EncodedEvent& event) {
    if (phase_ != Phase::pending && phase_ != Phase::connected) return EmitOutcome::disconnected;
    const auto& contents = event.contents();
    const auto& content = contents.of(form_of(contents));
    if (nsp_.has_outgoing_handlers()) {
        if (const auto shown = decode_event(*content)) {
            call_outgoing_handlers(shown->name, shown->args);
        }
    }
    return transmit(hub().share(content), event.is_volatile());
}

bool SocketState::writable() const noexcept {
    return phase_ == Phase::connected && session_->writable();
}

std::size_t SocketState::queued_bytes() const noexcept {
    return phase_ == Phase::connected ? session_->queue().bytes() : 0;
}

void SocketState::on_backlog() {
    if (phase_ != Phase::connected || !greeted_ || backlog_told_) return;
    backlog_told_ = true;
    for (const auto& handler : nsp_.setup().backlog_handlers) {
        if (phase_ != Phase::connected) return;
        guarded("backlog", [&] { handler(facade_); });
    }
}

void SocketState::on_drained() {
    call_own_drain_handlers();
    for (const auto& handler : nsp_.setup().drain_handlers) {
        if (phase_ != Phase::connected) return;
        guarded("drain", [&] { handler(facade_); });
    }
}

void SocketState::on_upgraded() {
    if (phase_ != Phase::connected || !handlers_) return;
    const auto handlers = handlers_->upgrade.entries();
    if (!handlers) return;
    for (const auto& handler : *handlers) {
        if (phase_ == Phase::connected) guarded("upgrade", [&] { handler->call(facade_); });
    }
}

void SocketState::call_own_drain_handlers() {
    if (!handlers_) return;
    auto& drain = handlers_->drain;
    // What a handler adds waits for the next time.
    auto handler = drain.begin();
    for (auto count = drain.size(); count > 0 && phase_ == Phase::connected; --count, ++handler) {
        guarded("drain", [&] { (*handler)(facade_); });
    }
}

void SocketState::answer(std::uint64_t id, Args args) {
    if (phase_ != Phase::connected) return;
    transmit(make_message({wire::PacketType::ack, nsp_.name(), id, Value(std::move(args))}), false);
}

EmitOutcome SocketState::hold(const engine::MessageRef& message) {
    if (phase_ != Phase::pending) return EmitOutcome::disconnected;
    attempt_->hold(message, hub().context().options);
    return EmitOutcome::queued;
}

SocketDetails SocketState::details() const {
    const auto* data = std::any_cast<Value>(&data_);
    return {std::string(id()), handshake(), rooms(), data != nullptr ? *data : Value()};
}

// ---- Leaving -----------------------------------------------------------------------------------

void SocketState::disconnect() {
    if (phase_ != Phase::connected) return;
    transmit(make_message({wire::PacketType::disconnect, nsp_.name(), std::nullopt, nullptr}),
             false);
    client_->note_left_by_server(nsp_);
    leave(DisconnectReason::server_namespace_disconnect);
}

void SocketState::disconnect_and_close() {
    if (phase_ == Phase::connected || phase_ == Phase::leaving) client_->disconnect_all();
}

void SocketState::close_connection() {
    if (session_ != nullptr) session_->close(DisconnectReason::forced_server_close);
}

void SocketState::leave(DisconnectReason reason) {
    auto* recovery = hub().recovery_desk();
    if (phase_ == Phase::pending) {
        // One that was restored, and whose middlewares have not decided, may be restored once more.
        auto left_behind = recovery != nullptr ? recovery->detach(*this, reason) : nullptr;
        if (left_behind) recovery->keep(std::move(left_behind), std::move(data_));
        return release();
    }
    if (phase_ != Phase::connected) return;
    phase_ = Phase::leaving;
    call_disconnect_handlers(&Handlers::disconnecting, "disconnecting", reason);
    auto left_behind = recovery != nullptr ? recovery->detach(*this, reason) : nullptr;
    nsp_.remove(*this);
    phase_ = Phase::left;
    leave_all_rooms();
    open_replies_.close();
    fail_all_acks();
    call_disconnect_handlers(&Handlers::disconnect, "disconnect", reason);
    if (left_behind) recovery->keep(std::move(left_behind), std::move(data_));
    release();
}

void SocketState::call_disconnect_handlers(std::list<DisconnectHandler> Handlers::* list,
                                           std::string_view what, DisconnectReason reason) {
    if (!handlers_) return;
    auto& handlers = (*handlers_).*list;
    auto handler = handlers.begin();
    for (auto count = handlers.size(); count > 0; --count, ++handler) {
        guarded(what, [&] { (*handler)(facade_, reason); });
    }
}

void SocketState::release() {
    phase_ = Phase::left;
    if (attempt_) attempt_->abandon();
    // One that was restored, and refused.
    if (auto* recovery = hub().recovery_desk()) recovery->forget(*this);
    leave_all_rooms();
    fail_all_acks();
    forget_listening();
    auto& client = *client_;
    last_transport_kind_ = session_->transport_kind();
    session_ = nullptr;
    client_ = nullptr;
    nsp_.depart();
    client.release(*this);
}

}  // namespace socketio::hub
