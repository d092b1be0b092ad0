#pragma once
// The sockets that an Audience means on this shard, each once. Lives on one shard.
//
// A snapshot is taken before anything is sent: what handlers do meanwhile (join, leave, disconnect,
// broadcast again) changes the rooms, but not who gets this message. Snapshots lie on a common stack, so
// that a broadcast allocates nothing once the stack has grown. A socket may stand in a snapshot and not be
// connected: in a room before it is, or gone since. Nothing is sent to such a one.

#include "hub/namespace_table.hpp"
#include "socketio/broadcast.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace socketio::hub {

class SocketState;

class SnapshotStack {
private:
    friend class Snapshot;
    std::vector<SocketState*> sockets_;
    /// Each snapshot has a number of its own; a socket that carries it is taken or excepted already.
    std::uint64_t epoch_ = 0;
};

/// Destroyed in the reverse order of their making.
class Snapshot {
public:
    /// `left_out`: sockets that do not belong to it, whatever the audience says.
    Snapshot(SnapshotStack& stack, const NamespaceState& nsp, const Audience& audience,
             std::span<SocketState* const> left_out = {});
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot() { stack_.sockets_.resize(first_); }

    [[nodiscard]] std::size_t size() const noexcept { return last_ - first_; }
    [[nodiscard]] bool empty() const noexcept { return first_ == last_; }
    /// By index: a nested snapshot may move the stack.
    [[nodiscard]] SocketState& operator[](std::size_t i) const noexcept {
        return *stack_.sockets_[first_ + i];
    }

private:
    void except_room(const NamespaceState& nsp, std::string_view name);
    void take_all(const NamespaceState& nsp);
    void take_room(const NamespaceState& nsp, std::string_view name);
    void take(SocketState& socket);

    SnapshotStack& stack_;
    /// A socket could be named twice, or be excepted. Otherwise none is looked at here, which spares the
    /// largest audiences a walk through memory.
    const bool marks_;
    std::size_t first_;
    std::size_t last_;
};

}  // namespace socketio::hub
