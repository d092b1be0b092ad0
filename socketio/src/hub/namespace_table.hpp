#pragma once
// A shard's side of each namespace: its connected sockets, its rooms, its ack ids. Lives on one shard.

#include "hub/namespace_port.hpp"
#include "hub/room_index.hpp"
#include "socketio/namespace.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::hub {

class SocketState;

class NamespaceState {
public:
    explicit NamespaceState(const Namespace& nsp) noexcept : namespace_(nsp) {}
    NamespaceState(const NamespaceState&) = delete;
    NamespaceState& operator=(const NamespaceState&) = delete;

    [[nodiscard]] const Namespace& facade() const noexcept { return namespace_; }
    [[nodiscard]] const std::string& name() const noexcept { return namespace_.name(); }
    [[nodiscard]] const NamespaceSetup& setup() const noexcept { return namespace_.setup(); }

    /// Connected sockets only.
    void add(SocketState& socket);
    void remove(SocketState& socket);
    [[nodiscard]] std::span<SocketState* const> sockets() const noexcept { return sockets_; }
    /// nullptr when no connected socket has that id.
    [[nodiscard]] SocketState* find(std::string_view id) const;

    [[nodiscard]] RoomIndex& rooms() noexcept { return rooms_; }
    [[nodiscard]] const RoomIndex& rooms() const noexcept { return rooms_; }
    /// All sockets of a namespace count together, from 0, as in Node.
    [[nodiscard]] std::uint64_t take_ack_id() noexcept { return next_ack_id_++; }

private:
    const Namespace& namespace_;
    std::vector<SocketState*> sockets_;
    /// The keys are the sockets' own ids.
    boost::unordered_flat_map<std::string_view, SocketState*> by_id_;
    RoomIndex rooms_;
    std::uint64_t next_ack_id_ = 0;
};

class NamespaceTable {
public:
    void add(const Namespace& nsp);
    /// nullptr when there is no such namespace.
    [[nodiscard]] NamespaceState* find(std::string_view name) const;

private:
    /// The keys are the namespaces' own names.
    boost::unordered_flat_map<std::string_view, std::unique_ptr<NamespaceState>> namespaces_;
};

}  // namespace socketio::hub
