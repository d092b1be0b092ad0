// The promise of socketio/socket.hpp, kept by SocketState. Lives on the socket's shard.

#include "socketio/socket.hpp"

#include "hub/namespace_table.hpp"
#include "hub/socket_state.hpp"
#include "socketio/namespace.hpp"

#include <stdexcept>

namespace socketio {

namespace {

void require_unreserved(std::string_view event) {
    if (!wire::is_reserved_event(event)) return;
    throw std::invalid_argument('"' + std::string(event) + "\" is a reserved event name");
}

}  // namespace

std::string_view Socket::id() const noexcept {
    return state_.id();
}

const Namespace& Socket::nsp() const noexcept {
    return state_.nsp().facade();
}

const Handshake& Socket::handshake() const noexcept {
    return state_.handshake();
}

bool Socket::connected() const noexcept {
    return state_.connected();
}

bool Socket::recovered() const noexcept {
    return state_.recovered();
}

std::string_view Socket::transport() const noexcept {
    return state_.transport_kind() == engine::TransportKind::polling ? "polling" : "websocket";
}

int Socket::protocol() const noexcept {
    return static_cast<int>(state_.protocol());
}

bool Socket::join(std::string_view room) {
    return state_.join(room);
}

void Socket::leave(std::string_view room) {
    state_.leave_room(room);
}

std::vector<std::string> Socket::rooms() const {
    return state_.rooms();
}

void Socket::set_handler(std::string_view event, EventHandler handler, bool once) {
    require_unreserved(event);
    state_.set_handler(event, std::move(handler), once);
}

void Socket::off(std::string_view event) {
    state_.remove_handler(event);
}

void Socket::off() {
    state_.remove_handlers();
}

HandlerId Socket::on_any(AnyHandler handler) {
    return state_.add_any_handler(std::move(handler), hub::Place::last);
}

HandlerId Socket::prepend_any(AnyHandler handler) {
    return state_.add_any_handler(std::move(handler), hub::Place::first);
}

void Socket::off_any(HandlerId handler) {
    state_.remove_any_handler(handler);
}

void Socket::off_any() {
    state_.remove_any_handlers();
}

HandlerId Socket::on_any_outgoing(AnyHandler handler) {
    return state_.add_outgoing_handler(std::move(handler), hub::Place::last);
}

HandlerId Socket::prepend_any_outgoing(AnyHandler handler) {
    return state_.add_outgoing_handler(std::move(handler), hub::Place::first);
}

void Socket::off_any_outgoing(HandlerId handler) {
    state_.remove_outgoing_handler(handler);
}

void Socket::off_any_outgoing() {
    state_.remove_outgoing_handlers();
}

void Socket::use(EventMiddleware middleware) {
    state_.add_middleware(std::move(middleware));
}

void Socket::on_error(ErrorHandler handler) {
    state_.add_error_handler(std::move(handler));
}

void Socket::on_upgrade(UpgradeHandler handler) {
    state_.add_upgrade_handler(std::move(handler));
}

std::string_view Socket::connection_id() const noexcept {
    return state_.connection_id();
}

void Socket::on_disconnecting(DisconnectHandler handler) {
    state_.add_disconnecting_handler(std::move(handler));
}

void Socket::on_disconnect(DisconnectHandler handler) {
    state_.add_disconnect_handler(std::move(handler));
}

EmitOutcome Socket::send(std::string_view event, const Args& args, const EmitFlags& flags) {
    require_unreserved(event);
    return state_.send(event, args, flags);
}

bool Socket::writable() const noexcept {
    return state_.writable();
}

std::size_t Socket::queued_bytes() const noexcept {
    return state_.queued_bytes();
}

void Socket::on_drain(DrainHandler handler) {
    state_.add_drain_handler(std::move(handler));
}

void Socket::emit_with_ack(std::string_view event, const Args& args,
                           std::chrono::milliseconds timeout, AckHandler handler) {
    require_unreserved(event);
    state_.send_with_ack(event, args, timeout, std::move(handler));
}

Awaitable<AckAnswer> Socket::emit_with_ack(std::string_view event, Args args,
                                           std::chrono::milliseconds timeout) {
    require_unreserved(event);
    return Awaitable<AckAnswer>([this, event = std::string(event), args = std::move(args),
                                 timeout](std::function<void(AckAnswer)> answered) {
        state_.send_with_ack(
            event, args, timeout,
            [answered = std::move(answered)](boost::system::error_code ec, const Args& answer) {
                answered({ec, answer});
            });
    });
}

void Socket::spawn(Task task) {
    state_.hub().spawn(state_.nsp().name(), std::move(task));
}

BroadcastOperator Socket::to(const std::vector<std::string>& rooms) const {
    return broadcast().to(rooms);
}

BroadcastOperator Socket::except(std::string_view room) const {
    return broadcast().except(room);
}

BroadcastOperator Socket::to(std::string_view room) const {
    return broadcast().to(room);
}

BroadcastOperator Socket::broadcast() const {
    return BroadcastOperator(nsp(), Audience{{}, {std::string(id())}}, {});
}

void Socket::disconnect(bool close_connection) {
    if (close_connection) {
        state_.disconnect_and_close();
    } else {
        state_.disconnect();
    }
}

std::any& Socket::data() noexcept {
    return state_.data();
}

}  // namespace socketio
