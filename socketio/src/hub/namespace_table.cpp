#include "hub/namespace_table.hpp"

#include "base/assert.hpp"
#include "hub/socket_state.hpp"

#include <boost/container_hash/hash.hpp>

namespace socketio::hub {

void NamespaceState::arrive() {
    if (setup().parent == nullptr) return;
    if (++present_ == 1) namespace_.port().on_child_presence(name(), true);
}

void NamespaceState::depart() {
    if (setup().parent == nullptr) return;
    if (--present_ == 0) namespace_.port().on_child_presence(name(), false);
}

void NamespaceState::add(SocketState& socket) {
    socket.set_place(static_cast<std::uint32_t>(sockets_.size()));
    sockets_.push_back(&socket);
    by_id_.insert(&socket);
}

void NamespaceState::remove(SocketState& socket) {
    const auto place = socket.place();
    SOCKETIO_ASSERT(place < sockets_.size() && sockets_[place] == &socket);
    sockets_[place] = sockets_.back();
    sockets_[place]->set_place(place);
    sockets_.pop_back();
    const auto found = by_id_.find(&socket);
    if (found != by_id_.end() && *found == &socket) by_id_.erase(found);
}

SocketState* NamespaceState::find(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : *found;
}

std::size_t NamespaceState::IdHash::operator()(std::string_view id) const noexcept {
    return boost::hash<std::string_view>()(id);
}

std::size_t NamespaceState::IdHash::operator()(const SocketState* socket) const noexcept {
    return (*this)(socket->id());
}

bool NamespaceState::IdEqual::operator()(const SocketState* one,
                                         const SocketState* other) const noexcept {
    return one->id() == other->id();
}

bool NamespaceState::IdEqual::operator()(std::string_view id,
                                         const SocketState* socket) const noexcept {
    return id == socket->id();
}

bool NamespaceState::IdEqual::operator()(const SocketState* socket,
                                         std::string_view id) const noexcept {
    return id == socket->id();
}

void NamespaceTable::open(const Namespace& nsp, Hub& hub) {
    if (auto* known = find(nsp.name())) {
        SOCKETIO_ASSERT(&known->facade() == &nsp);
        // A child may have stayed open here while it was closed elsewhere: somebody had come.
        SOCKETIO_ASSERT(!known->is_open() || nsp.setup().parent != nullptr);
        if (!known->is_open()) ++open_count_;
        return known->set_open(true);
    }
    ++open_count_;
    namespaces_.emplace(nsp.name(), std::make_unique<NamespaceState>(nsp, hub));
}

NamespaceState* NamespaceTable::close(std::string_view name) {
    auto* known = find(name);
    if (known == nullptr || !known->is_open()) return nullptr;
    --open_count_;
    known->set_open(false);
    return known;
}

NamespaceState* NamespaceTable::find(std::string_view name) const {
    const auto found = namespaces_.find(name);
    return found == namespaces_.end() ? nullptr : found->second.get();
}

}  // namespace socketio::hub
