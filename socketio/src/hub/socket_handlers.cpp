// SocketState's handlers: those that the application adds to a socket and takes away again.
#include "hub/socket_state.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::hub {

SocketState::Handlers& SocketState::own_handlers() {
    if (!handlers_) handlers_ = std::make_unique<Handlers>();
    return *handlers_;
}

void SocketState::set_handler(std::string_view event, EventHandler handler, bool once) {
    own_handlers().events.insert_or_assign(
        std::string(event),
        OwnHandler{std::make_shared<const EventHandler>(std::move(handler)), once});
}

void SocketState::remove_handler(std::string_view event) {
    if (!handlers_) return;
    const auto found = handlers_->events.find(event);
    if (found != handlers_->events.end()) handlers_->events.erase(found);
}

void SocketState::remove_handlers() {
    if (handlers_) handlers_->events.clear();
}

HandlerId SocketState::add_any_handler(AnyHandler handler, Place place) {
    const auto id = next_handler_id();
    handlers_->any.add(id, std::move(handler), place);
    return id;
}

void SocketState::remove_any_handler(HandlerId handler) {
    if (handlers_) handlers_->any.remove(handler);
}

void SocketState::remove_any_handlers() {
    if (handlers_) handlers_->any.clear();
}

HandlerId SocketState::add_outgoing_handler(AnyHandler handler, Place place) {
    const auto id = next_handler_id();
    // A socket that has left is emitted nothing.
    if (phase_ == Phase::left) return id;
    if (handlers_->outgoing.empty()) nsp_.count_outgoing_listener(+1);
    handlers_->outgoing.add(id, std::move(handler), place);
    return id;
}

void SocketState::remove_outgoing_handler(HandlerId handler) {
    if (!has_outgoing_handlers()) return;
    handlers_->outgoing.remove(handler);
    if (handlers_->outgoing.empty()) nsp_.count_outgoing_listener(-1);
}

void SocketState::remove_outgoing_handlers() {
    if (!has_outgoing_handlers()) return;
    handlers_->outgoing.clear();
    nsp_.count_outgoing_listener(-1);
}

void SocketState::forget_listening() {
    remove_outgoing_handlers();
    if (handlers_ && handlers_->middlewares) handlers_->middlewares->close();
}

void SocketState::add_middleware(EventMiddleware middleware) {
    auto& own = own_handlers().middlewares;
    if (!own) own = std::make_unique<EventMiddlewares>(*this);
    own->add(std::move(middleware));
}

void SocketState::add_upgrade_handler(UpgradeHandler handler) {
    const auto id = next_handler_id();
    handlers_->upgrade.add(id, std::move(handler));
}

void SocketState::add_error_handler(ErrorHandler handler) {
    const auto id = next_handler_id();
    handlers_->error.add(id, std::move(handler));
}

void SocketState::add_disconnecting_handler(DisconnectHandler handler) {
    own_handlers().disconnecting.push_back(std::move(handler));
}

void SocketState::add_disconnect_handler(DisconnectHandler handler) {
    own_handlers().disconnect.push_back(std::move(handler));
}

void SocketState::add_drain_handler(DrainHandler handler) {
    own_handlers().drain.push_back(std::move(handler));
}

}  // namespace socketio::hub
