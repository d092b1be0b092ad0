#pragma once
// What the messages of all adapters have in common: who is meant, the event, and a socket as others see it.
// As values, for JSON and MessagePack alike. WIRE.md B10 to B14. I/O-free; any thread.

#include "socketio/broadcast.hpp"
#include "socketio/error.hpp"
#include "socketio/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace socketio::cluster {

/// `{rooms, except, flags}` of a broadcast.
[[nodiscard]] Value value_of(const Audience& audience, const EmitFlags& flags);
/// `{rooms, except}` of a request.
[[nodiscard]] Value value_of(const Audience& audience);
/// `except` and `flags` may be missing, unknown flags are passed over; nothing for another shape.
struct ReadOpts {
    Audience audience;
    EmitFlags flags;
    /// Of a broadcast that wants answers.
    std::optional<std::int64_t> timeout_ms;
};
[[nodiscard]] std::optional<ReadOpts> read_opts(const Value& opts);

/// `{type: 2, data: [event, ...], nsp}`, or without `nsp` where the message says it elsewhere.
[[nodiscard]] Value packet_value(const Args& data, const std::string* nsp);
/// The event's name first; invalid_packet for another shape, reserved_event for its name.
[[nodiscard]] Result<Args> read_packet(Value packet);

/// `{id, handshake, rooms, data}`, the handshake as in Node's socket.handshake.
[[nodiscard]] Value value_of(const SocketDetails& details);
/// Nothing for another shape. What it says of the handshake is read as far as it is of the right type.
[[nodiscard]] std::optional<SocketDetails> read_details(const Value& value);

/// An array of texts.
[[nodiscard]] Value names_value(const std::vector<std::string>& names);
[[nodiscard]] std::optional<std::vector<std::string>> read_names(const Value& value);

}  // namespace socketio::cluster
