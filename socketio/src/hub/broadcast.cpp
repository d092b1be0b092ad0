// The promise of socketio/broadcast.hpp: operators gather an audience and hand it to the namespace's port.

#include "socketio/broadcast.hpp"

#include "hub/namespace_port.hpp"
#include "socketio/namespace.hpp"
#include "socketio/socket.hpp"
#include "wire/socket_packet.hpp"

#include <stdexcept>

namespace socketio {

namespace {

void append(std::vector<std::string>& rooms, const std::vector<std::string>& more) {
    rooms.insert(rooms.end(), more.begin(), more.end());
}

void require_unreserved(std::string_view event) {
    if (!wire::is_reserved_event(event)) return;
    throw std::invalid_argument('"' + std::string(event) + "\" is a reserved event name");
}

void require_end(std::chrono::milliseconds timeout) {
    if (timeout > std::chrono::milliseconds::zero()) return;
    throw std::invalid_argument("the answers to a broadcast need a timeout");
}

}  // namespace

BroadcastOperator BroadcastOperator::to(std::string_view room) const {
    auto changed = *this;
    changed.audience_.rooms.emplace_back(room);
    return changed;
}

BroadcastOperator BroadcastOperator::to(const std::vector<std::string>& rooms) const {
    auto changed = *this;
    append(changed.audience_.rooms, rooms);
    return changed;
}

BroadcastOperator BroadcastOperator::except(std::string_view room) const {
    auto changed = *this;
    changed.audience_.except.emplace_back(room);
    return changed;
}

BroadcastOperator BroadcastOperator::except(const std::vector<std::string>& rooms) const {
    auto changed = *this;
    append(changed.audience_.except, rooms);
    return changed;
}

BroadcastOperator BroadcastOperator::except(const Socket& socket) const {
    return except(socket.id());
}

BroadcastOperator BroadcastOperator::local() const {
    auto changed = *this;
    changed.flags_.local = true;
    return changed;
}

BroadcastOperator BroadcastOperator::as_volatile() const {
    auto changed = *this;
    changed.flags_.is_volatile = true;
    return changed;
}

BroadcastOperator BroadcastOperator::compress(bool on) const {
    auto changed = *this;
    changed.flags_.compress = on;
    return changed;
}

BroadcastOperator BroadcastOperator::droppable() const {
    auto changed = *this;
    changed.flags_.droppable = true;
    return changed;
}

BroadcastOperator BroadcastOperator::conflate(std::string_view key) const {
    auto changed = *this;
    changed.flags_.conflate_key = key;
    return changed;
}

void BroadcastOperator::send(std::string_view event, Args args) const {
    require_unreserved(event);
    nsp_->port().broadcast(*nsp_, audience_, flags_, event, std::move(args));
}

void BroadcastOperator::emit_with_ack(std::string_view event, Args args,
                                      std::chrono::milliseconds timeout,
                                      BroadcastAckHandler handler) const {
    require_unreserved(event);
    require_end(timeout);
    nsp_->port().ask(
        {nsp_->name(), audience_, flags_, std::string(event), std::move(args), timeout},
        std::move(handler));
}

Awaitable<BroadcastAnswers> BroadcastOperator::emit_with_ack(
    std::string_view event, Args args, std::chrono::milliseconds timeout) const {
    require_unreserved(event);
    require_end(timeout);
    return Awaitable<BroadcastAnswers>([asker = *this, event = std::string(event),
                                        args = std::move(args),
                                        timeout](std::function<void(BroadcastAnswers)> answered) {
        asker.emit_with_ack(event, args, timeout, std::move(answered));
    });
}

void BroadcastOperator::fetch_sockets(FetchHandler handler) const {
    nsp_->port().fetch({nsp_->name(), audience_, flags_.local}, std::move(handler));
}

Awaitable<FetchedSockets> BroadcastOperator::fetch_sockets() const {
    return Awaitable<FetchedSockets>([asker = *this](std::function<void(FetchedSockets)> fetched) {
        asker.fetch_sockets(std::move(fetched));
    });
}

void BroadcastOperator::sockets_join(const std::vector<std::string>& rooms) const {
    nsp_->port().surgery(
        {{ClusterSurgery::Kind::join, nsp_->name(), audience_, rooms}, flags_.local});
}

void BroadcastOperator::sockets_leave(const std::vector<std::string>& rooms) const {
    nsp_->port().surgery(
        {{ClusterSurgery::Kind::leave, nsp_->name(), audience_, rooms}, flags_.local});
}

void BroadcastOperator::disconnect_sockets(bool close_connection) const {
    const auto kind = close_connection ? ClusterSurgery::Kind::disconnect_and_close
                                       : ClusterSurgery::Kind::disconnect;
    nsp_->port().surgery({{kind, nsp_->name(), audience_, {}}, flags_.local});
}

}  // namespace socketio
