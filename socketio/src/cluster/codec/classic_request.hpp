#pragma once
// What servers with the classic Redis adapter (@socket.io/redis-adapter 8.3), and emitters, ask each other to do
// or to tell. WIRE.md B10. I/O-free; any thread. The answers: classic_response.hpp.
//
//   {"uid":"2Flfen","requestId":"MHaciA","type":5,"opts":{"rooms":[],"except":[]}}      JSON, or msgpack
//
// Other people's processes write on this channel too, and servers of the seed era with numbers of their own.

#include "socketio/adapter.hpp"
#include "socketio/error.hpp"
#include "socketio/value.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::cluster {

/// As the wire numbers them.
enum class ClassicType : std::uint8_t {
    sockets,
    all_rooms,
    remote_join,
    remote_leave,
    remote_disconnect,
    remote_fetch,
    server_side_emit,
    broadcast,
    // Of responses only.
    client_count,
    broadcast_ack,
};

struct ClassicRequest {
    ClassicType type = ClassicType::sockets;
    /// Who asks; empty where nobody is named, as by emitters.
    std::string uid = {};
    /// What its answers bear; empty: nobody waits for one.
    std::string request_id = {};
    /// Whom it is about; of `sockets` the rooms alone.
    Audience audience = {};
    /// In place of an audience, in requests of older servers: one socket's id.
    std::string sid = {};
    /// To join or to leave.
    std::vector<std::string> rooms = {};
    /// Of remote_disconnect: the connection, too.
    bool close = false;
    /// Of server_side_emit and broadcast: the event's name first.
    Args data = {};
    /// Of broadcast; empty where it does not say.
    std::string nsp = {};
    EmitFlags flags = {};
    std::optional<std::chrono::milliseconds> timeout = {};
};

/// JSON, as Node writes it, but of `broadcast` and where there is binary msgpack: Node reads both.
[[nodiscard]] std::string encode_request(const ClassicRequest& request);
/// Whether encode_request() wrote it with this uid: tells a server's own echo without decoding it.
[[nodiscard]] bool is_own_request(std::string_view message, std::string_view uid) noexcept;
/// Nothing for a request that is well-formed but somebody else's: a server's of the seed era (`requestid`), or
/// one of a number that is not known. Besides the errors of JSON and msgpack: invalid_packet for another shape,
/// reserved_event for a broadcast's name.
[[nodiscard]] Result<std::optional<ClassicRequest>> decode_request(std::string_view message);

/// JSON, or msgpack where there is binary, which JSON cannot say.
[[nodiscard]] std::string encode_plain(const Value& message);
/// Told by the first byte, as Node does. Bounded as a client's JSON, with room for what is around an event.
[[nodiscard]] Result<Value> decode_plain(std::string_view message);

/// `<key>-request#<nsp>#`
[[nodiscard]] std::string request_channel(std::string_view key, std::string_view nsp);

}  // namespace socketio::cluster
