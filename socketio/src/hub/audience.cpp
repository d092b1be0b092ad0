#include "hub/audience.hpp"

#include "hub/socket_state.hpp"

namespace socketio::hub {

namespace {

SocketState& socket_of(const Room::Member& member) {
    return static_cast<SocketState&>(*member.member);
}

/// The socket whose own room that is, unless it has left it.
SocketState* owner_of_room(const NamespaceState& nsp, std::string_view name) {
    auto* socket = nsp.find(name);
    return socket != nullptr && socket->in_own_room() ? socket : nullptr;
}

}  // namespace

Snapshot::Snapshot(SnapshotStack& stack, const NamespaceState& nsp, const Audience& audience,
                   std::span<SocketState* const> left_out)
    : stack_(stack),
      marks_(!audience.except.empty() || audience.rooms.size() > 1 || !left_out.empty()),
      first_(stack.sockets_.size()),
      last_(first_) {
    ++stack_.epoch_;
    for (auto* socket : left_out) (void)socket->mark(stack_.epoch_);
    for (const auto& room : audience.except) except_room(nsp, room);
    if (audience.rooms.empty()) {
        take_all(nsp);
    } else {
        for (const auto& room : audience.rooms) take_room(nsp, room);
    }
    last_ = stack_.sockets_.size();
}

void Snapshot::except_room(const NamespaceState& nsp, std::string_view name) {
    if (auto* owner = owner_of_room(nsp, name)) (void)owner->mark(stack_.epoch_);
    if (const auto* room = nsp.rooms().find(name)) {
        for (const auto& member : room->members) (void)socket_of(member).mark(stack_.epoch_);
    }
}

void Snapshot::take_all(const NamespaceState& nsp) {
    const auto& all = nsp.sockets();
    if (!marks_) {
        stack_.sockets_.insert(stack_.sockets_.end(), all.begin(), all.end());
        return;
    }
    for (auto* socket : all) take(*socket);
}

void Snapshot::take_room(const NamespaceState& nsp, std::string_view name) {
    if (auto* owner = owner_of_room(nsp, name)) take(*owner);
    if (const auto* room = nsp.rooms().find(name)) {
        for (const auto& member : room->members) take(socket_of(member));
    }
}

void Snapshot::take(SocketState& socket) {
    if (!marks_ || socket.mark(stack_.epoch_)) stack_.sockets_.push_back(&socket);
}

}  // namespace socketio::hub
