// The promise of socketio/namespace.hpp: setting up first, emitting from any thread afterwards.

#include "socketio/namespace.hpp"

#include "hub/namespace_port.hpp"
#include "wire/socket_packet.hpp"

#include <regex>
#include <stdexcept>

namespace socketio {

Namespace::Namespace(std::string name, hub::NamespacePort& port)
    : setup_(std::make_unique<hub::NamespaceSetup>()), port_(port) {
    setup_->name = std::move(name);
}

Namespace::~Namespace() = default;

const std::string& Namespace::name() const noexcept {
    return setup_->name;
}

Namespace& Namespace::use(Middleware middleware) {
    port_.require_setup_phase(*this);
    setup_->middlewares.push_back(std::move(middleware));
    return *this;
}

Namespace& Namespace::on_connection(ConnectionHandler handler) {
    port_.require_setup_phase(*this);
    setup_->connection_handlers.push_back(std::move(handler));
    return *this;
}

Namespace& Namespace::on_backlog(BacklogHandler handler) {
    port_.require_setup_phase(*this);
    setup_->backlog_handlers.push_back(std::move(handler));
    return *this;
}

Namespace& Namespace::on_drain(DrainHandler handler) {
    port_.require_setup_phase(*this);
    setup_->drain_handlers.push_back(std::move(handler));
    return *this;
}

Namespace& Namespace::on_remote_broadcast(RemoteBroadcastFilter filter) {
    port_.require_setup_phase(*this);
    setup_->remote_broadcast_filters.push_back(std::move(filter));
    return *this;
}

Namespace& Namespace::set_handler(std::string_view event, EventHandler handler) {
    port_.require_setup_phase(*this);
    if (wire::is_reserved_event(event)) {
        throw std::invalid_argument('"' + std::string(event) + "\" is a reserved event name");
    }
    setup_->handlers.insert_or_assign(std::string(event), std::move(handler));
    return *this;
}

Namespace& Namespace::on_room(RoomHandler handler) {
    port_.require_setup_phase(*this);
    setup_->room_handlers.push_back(std::move(handler));
    return *this;
}

Namespace& Namespace::set_up_as(const Namespace& other) {
    port_.require_setup_phase(*this);
    auto copy = other.setup();
    copy.name = name();
    copy.parent = setup_->parent;
    *setup_ = std::move(copy);
    return *this;
}

NamespaceMatcher matching(std::string_view expression) {
    try {
        return [pattern = std::regex(expression.begin(), expression.end())](std::string_view name,
                                                                            const Value&) {
            return std::regex_search(name.begin(), name.end(), pattern);
        };
    } catch (const std::regex_error& error) {
        throw std::invalid_argument('"' + std::string(expression) +
                                    "\" is no regular expression: " + error.what());
    }
}

void Namespace::set_parent(const Namespace& parent) {
    port_.require_setup_phase(*this);
    setup_->parent = &parent;
}

BroadcastOperator Namespace::to(std::string_view room) const {
    return BroadcastOperator(*this).to(room);
}

BroadcastOperator Namespace::to(const std::vector<std::string>& rooms) const {
    return BroadcastOperator(*this).to(rooms);
}

BroadcastOperator Namespace::except(const std::vector<std::string>& rooms) const {
    return BroadcastOperator(*this).except(rooms);
}

BroadcastOperator Namespace::compress(bool on) const {
    return BroadcastOperator(*this).compress(on);
}

BroadcastOperator Namespace::droppable() const {
    return BroadcastOperator(*this).droppable();
}

BroadcastOperator Namespace::except(std::string_view room) const {
    return BroadcastOperator(*this).except(room);
}

BroadcastOperator Namespace::except(const Socket& socket) const {
    return BroadcastOperator(*this).except(socket);
}

BroadcastOperator Namespace::local() const {
    return BroadcastOperator(*this).local();
}

BroadcastOperator Namespace::as_volatile() const {
    return BroadcastOperator(*this).as_volatile();
}

}  // namespace socketio
