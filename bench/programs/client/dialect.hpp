#pragma once
// What a client says to a server of one kind, and what it makes of the answers. Pure functions of a message's
// beginning.

#include <cstdint>
#include <optional>
#include <string_view>

namespace bench {

enum class Meaning : std::uint8_t { other, joined, delivery };

struct Reading {
    Meaning meaning = Meaning::other;
    /// To be sent back at once, if anything.
    std::string_view reply;
};

/// Socket.IO over Engine.IO 4, or centrifuge's JSON protocol.
struct Dialect {
    std::string_view path;
    /// The first message after the handshake, unless the server speaks first.
    std::string_view greeting;
    Reading (*read)(std::string_view beginning);
};

/// nullptr for a name that is none of "socketio" and "centrifuge".
[[nodiscard]] const Dialect* find_dialect(std::string_view name);

/// The sender's time in a delivery.
[[nodiscard]] std::optional<std::uint64_t> time_of(std::string_view beginning);

}  // namespace bench
