#pragma once
// What servers with sharded and streams adapters say to each other: the messages of socket.io-adapter's
// ClusterAdapter. WIRE.md B14. I/O-free; any thread.
//
//   {type: 3, data: {packet: {type: 2, data: [event, ...]}, opts: {rooms, except, flags}}, uid, nsp}
//
// As JSON text, or as MessagePack of the same map; which one it is, the first byte says. Other people's programs
// write on these channels too: a message that is not of this shape is an error to count, never a reason to fail.

#include "socketio/adapter.hpp"
#include "socketio/error.hpp"
#include "socketio/value.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace socketio::cluster {

enum class MessageType : std::uint8_t {
    initial_heartbeat = 1,
    heartbeat,
    broadcast,
    sockets_join,
    sockets_leave,
    disconnect_sockets,
    fetch_sockets,
    fetch_sockets_response,
    server_side_emit,
    server_side_emit_response,
    broadcast_client_count,
    broadcast_ack,
    adapter_close,
};

namespace message {

/// "I am new": the others answer with a heartbeat.
struct InitialHeartbeat {};
struct Heartbeat {};
struct AdapterClose {};
struct Broadcast {
    ClusterBroadcast event;
    /// The clients are to answer.
    std::optional<std::string> request_id;
    /// How long they have for it; nothing where the message does not say.
    std::optional<std::chrono::milliseconds> timeout;
};
struct FetchSockets {
    Audience audience;
    std::string request_id;
};
struct FetchedSockets {
    std::string request_id;
    std::vector<SocketDetails> sockets;
};
struct ServerSideEmit {
    /// The event's name first.
    Args data;
    /// An answer is wanted.
    std::optional<std::string> request_id;
};
struct ServerSideAnswer {
    std::string request_id;
    Value answer;
};
struct ClientCount {
    std::string request_id;
    std::size_t clients = 0;
};
struct ClientAnswer {
    std::string request_id;
    Value answer;
};

}  // namespace message

using MessageBody =
    std::variant<message::InitialHeartbeat, message::Heartbeat, message::AdapterClose,
                 message::Broadcast, ClusterSurgery, message::FetchSockets, message::FetchedSockets,
                 message::ServerSideEmit, message::ServerSideAnswer, message::ClientCount,
                 message::ClientAnswer>;

struct ClusterMessage {
    /// Whose it is: 16 hexadecimal digits, or "emitter".
    std::string uid;
    /// Of the body, too.
    std::string nsp;
    MessageBody body;
};

[[nodiscard]] MessageType type_of(const MessageBody& body) noexcept;

/// JSON, or MessagePack when it holds binary.
[[nodiscard]] std::string encode_message(const ClusterMessage& message);
/// A plain broadcast, which is not copied for it.
[[nodiscard]] std::string encode_message(std::string_view uid, const ClusterBroadcast& broadcast);
/// MessagePack in any case.
[[nodiscard]] std::string encode_msgpack_message(const ClusterMessage& message);

/// The `data` alone, for those who write the rest elsewhere; empty for messages without.
struct EncodedData {
    std::string bytes;
    bool is_msgpack = false;
};
[[nodiscard]] EncodedData encode_data(const MessageBody& body);
[[nodiscard]] EncodedData encode_data(const ClusterBroadcast& broadcast);

/// The ends of what encode_message() and encode_msgpack_message() write for a server and namespace: tells a
/// server's own echo without decoding it.
struct MessageTails {
    std::string json;
    std::string msgpack;
};
[[nodiscard]] MessageTails tails_of(std::string_view uid, std::string_view nsp);
[[nodiscard]] bool has_tail(std::string_view message, const MessageTails& tails) noexcept;

/// Of either encoding. Besides the errors of JSON and MessagePack: invalid_packet for another shape or type,
/// reserved_event for an event's name.
[[nodiscard]] Result<ClusterMessage> decode_message(std::string_view bytes);
/// From the parts of a stream's entry: `data` is nullptr where there is none; it is used up.
[[nodiscard]] Result<MessageBody> read_body(std::int64_t type, std::string_view nsp, Value* data);

}  // namespace socketio::cluster
