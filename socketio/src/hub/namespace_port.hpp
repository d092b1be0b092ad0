#pragma once
// What a namespace of the process is set up with, and how its façade reaches every shard.

#include "hub/event_contents.hpp"
#include "socketio/adapter.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/namespace.hpp"
#include "socketio/server_side.hpp"
#include "socketio/socket.hpp"
#include "wire/cluster_offset.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::hub {

class Hub;

/// Filled before run(), or before the namespace appears on the shards; read by every shard after it.
struct NamespaceSetup {
    std::string name;
    /// Of one that was made because a client asked for it.
    const Namespace* parent = nullptr;
    std::vector<Middleware> middlewares;
    std::vector<ConnectionHandler> connection_handlers;
    std::vector<BacklogHandler> backlog_handlers;
    std::vector<DrainHandler> drain_handlers;
    std::vector<RoomHandler> room_handlers;
    std::vector<RemoteBroadcastFilter> remote_broadcast_filters;
    std::map<std::string, EventHandler, std::less<>> handlers;
    /// Of events of other servers.
    std::map<std::string, std::vector<ServerSideHandler>, std::less<>> server_side_handlers;
};

/// A broadcast on its way into one shard: encoded already, or as soon as somebody there needs it.
struct Delivery {
    std::string nsp;
    Audience audience;
    EmitFlags flags;
    EventContents contents;
    /// The same content may come again in this turn: its frames are kept until then.
    bool is_sent_again = false;
    /// Of an adapter that keeps sessions. Those of one namespace grow from delivery to delivery.
    std::optional<wire::ClusterOffset> adapter_offset = {};
};

/// Rooms joined, left, or sockets sent away, for a whole audience.
struct RoomSurgery : ClusterSurgery {
    /// In this process only.
    bool local = false;
};

/// Which sockets somebody wants to know of.
struct SocketQuery {
    std::string nsp;
    Audience audience;
    /// In this process only.
    bool local = false;
};

/// A broadcast that wants answers. Encoded on each shard, with an ack id of that shard's.
struct Question {
    std::string nsp;
    Audience audience;
    EmitFlags flags;
    std::string event;
    Args args;
    std::chrono::milliseconds timeout;
};

/// Implemented by server/: to every shard of the process, and to the adapter. Any thread; may throw
/// std::logic_error before Server::run().
class NamespacePort {
public:
    virtual ~NamespacePort() = default;
    /// An event in the form that clients of this server read, or in each of those that they may read.
    [[nodiscard]] virtual EventContents encode(const PlainEvent& event) const {
        const bool has_offset = event.offset != wire::EventOffset::none;
        return EventContents(encode_event({wire::PacketFormat::json, has_offset}, event));
    }
    virtual void broadcast(const Namespace& nsp, Audience audience, EmitFlags flags,
                           std::string_view event, Args args) = 0;
    /// To every shard of the process and to nobody else.
    virtual void deliver_everywhere(Delivery delivery) = 0;
    virtual void surgery(RoomSurgery surgery) = 0;
    /// The handler is called on the calling shard, else on shard 0.
    virtual void ask(Question question, BroadcastAckHandler handler) = 0;
    virtual void fetch(SocketQuery query, FetchHandler handler) = 0;
    /// A client asks for a namespace that is not open on its shard. `answer` comes on that shard, now or later:
    /// whether it is open there now.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): overrides take them over.
    virtual void request_namespace(std::string, Value, std::function<void(bool)> answer) {
        answer(false);
    }
    /// To the hub of that shard, from another one's: read there after what this shard sent it before. Thrown
    /// away when the server ends.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): overrides take it over.
    virtual void post_to_hub(unsigned, std::function<void(Hub&)>) {}
    /// To the adapter, where that keeps sessions, on shard 0 alone; as Adapter's. `done` is called at once where
    /// there is no adapter that runs.
    virtual void keep_session(const StoredSession&, std::chrono::milliseconds) {}
    // Overrides take the handler over.
    virtual void restore_session(const std::string&, const std::string&, const std::string&,
                                 RestoreHandler done) {  // NOLINT
        done(nullptr);
    }
    /// To the other servers of the cluster. Throws std::logic_error where there can be none.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): overrides take them over.
    virtual void server_side_emit(ServerSideEvent) {}
    /// The same; the handler is called as that of ask().
    // NOLINTBEGIN(performance-unnecessary-value-param): overrides take them over.
    virtual void server_side_ask(ServerSideEvent, std::chrono::milliseconds,
                                 ServerSideAnswersHandler) {}
    // NOLINTEND(performance-unnecessary-value-param)
    /// A shard has the first socket in a child of a parent namespace, or has none any more.
    virtual void on_child_presence(const std::string&, bool) {}
    /// A shard has the first member of a room, or has none any more, and the adapter follows rooms. `is_own`: it
    /// is the room of a socket's own id.
    virtual void on_room(const std::string& /*nsp*/, std::string_view /*room*/, bool /*is_there*/,
                         bool /*is_own*/) {}
    /// Throws std::logic_error when shards read that namespace's setup already.
    virtual void require_setup_phase(const Namespace& nsp) const = 0;
};

}  // namespace socketio::hub
