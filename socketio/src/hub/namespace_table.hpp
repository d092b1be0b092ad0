#pragma once
// A shard's side of each namespace: its connected sockets, its rooms, its ack ids. Lives on one shard.

#include "hub/namespace_port.hpp"
#include "hub/room_index.hpp"
#include "socketio/namespace.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::hub {

class Hub;
class SocketState;

class NamespaceState {
public:
    NamespaceState(const Namespace& nsp, Hub& hub) noexcept : namespace_(nsp), hub_(hub) {}
    NamespaceState(const NamespaceState&) = delete;
    NamespaceState& operator=(const NamespaceState&) = delete;

    [[nodiscard]] Hub& hub() const noexcept { return hub_; }
    [[nodiscard]] const Namespace& facade() const noexcept { return namespace_; }
    [[nodiscard]] const std::string& name() const noexcept { return namespace_.name(); }
    [[nodiscard]] const NamespaceSetup& setup() const noexcept { return namespace_.setup(); }
    /// Lets sockets in.
    [[nodiscard]] bool is_open() const noexcept { return is_open_; }
    void set_open(bool open) noexcept { is_open_ = open; }

    /// Sockets that are connected or about to be, of children of a parent namespace: whoever keeps those is
    /// told of the first and the last.
    void arrive();
    void depart();
    [[nodiscard]] bool is_deserted() const noexcept { return present_ == 0; }

    /// Connected sockets only.
    void add(SocketState& socket);
    void remove(SocketState& socket);
    [[nodiscard]] std::span<SocketState* const> sockets() const noexcept { return sockets_; }
    /// nullptr when no connected socket has that id.
    [[nodiscard]] SocketState* find(std::string_view id) const;

    [[nodiscard]] RoomIndex& rooms() noexcept { return rooms_; }
    [[nodiscard]] const RoomIndex& rooms() const noexcept { return rooms_; }
    /// Some socket here wants to see what is emitted to it.
    [[nodiscard]] bool has_outgoing_handlers() const noexcept { return outgoing_listeners_ > 0; }
    void count_outgoing_listener(int change) noexcept {
        outgoing_listeners_ += static_cast<std::uint32_t>(change);
    }
    /// All sockets of a namespace count together, from 0, as in Node.
    [[nodiscard]] std::uint64_t take_ack_id() noexcept { return next_ack_id_++; }

private:
    struct IdHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view id) const noexcept;
        std::size_t operator()(const SocketState* socket) const noexcept;
    };
    struct IdEqual {
        using is_transparent = void;
        bool operator()(const SocketState* one, const SocketState* other) const noexcept;
        bool operator()(std::string_view id, const SocketState* socket) const noexcept;
        bool operator()(const SocketState* socket, std::string_view id) const noexcept;
    };

    const Namespace& namespace_;
    Hub& hub_;
    std::vector<SocketState*> sockets_;
    boost::unordered_flat_set<SocketState*, IdHash, IdEqual> by_id_;
    RoomIndex rooms_;
    std::uint64_t next_ack_id_ = 0;
    std::uint32_t outgoing_listeners_ = 0;
    std::uint32_t present_ = 0;
    bool is_open_ = true;
};

class NamespaceTable {
public:
    /// A new one, or one that was closed; does nothing for a child of a parent that is open.
    void open(const Namespace& nsp, Hub& hub);
    /// The entry stays: sockets on their way out, and clients that send to it, still refer to it. nullptr when
    /// there is no such namespace, or it is closed.
    NamespaceState* close(std::string_view name);
    /// Closed ones too. nullptr when there never was such a namespace.
    [[nodiscard]] NamespaceState* find(std::string_view name) const;
    /// Of the open ones.
    [[nodiscard]] std::size_t open_count() const noexcept { return open_count_; }
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& [name, state] : namespaces_) visit(*state);
    }

private:
    std::size_t open_count_ = 0;
    /// The keys are the namespaces' own names.
    boost::unordered_flat_map<std::string_view, std::unique_ptr<NamespaceState>> namespaces_;
};

}  // namespace socketio::hub
