#pragma once
// One Socket.IO packet, and its JSON format inside Engine.IO messages. Any thread. Socket.IO protocol v5,
// "Packet encoding". The other format is msgpack_packet.hpp's; packet_parser.hpp chooses.
//
//   <type>[<attachments>-][<namespace>,][<ack id>][<JSON>]
//   2["ev",1]     2/admin,12["ev",1]     51-["ev",{"_placeholder":true,"num":0}] + one binary message

#include "socketio/error.hpp"
#include "socketio/value.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::wire {

enum class PacketType : std::uint8_t {
    connect,
    disconnect,
    event,
    ack,
    connect_error,
    binary_event,
    binary_ack
};

struct Packet {
    PacketType type = PacketType::event;
    /// "/" is the root. May carry a query ("/chat?token=1") from EIO3 clients.
    std::string nsp = "/";
    std::optional<std::uint64_t> id;
    /// event and ack: an array. connect: an object or null. connect_error: an object, a string or null.
    Value data;
};

/// The bytes of one packet: a message, then its attachments in order.
struct EncodedPacket {
    std::string data;
    std::vector<Binary> attachments;
    /// `data` is binary, and not text.
    bool binary = false;
};

/// Picks the binary type by itself when an event or ack holds a Binary.
[[nodiscard]] EncodedPacket encode_packet(const Packet& packet);

/// An event as its parts, for encoding it without building a Packet.
struct EventParts {
    std::string_view nsp;
    std::optional<std::uint64_t> id;
    std::string_view name;
    const Args& args;
    /// One more argument, the last, a text; empty: none.
    std::string_view offset = {};
};
[[nodiscard]] EncodedPacket encode_event(const EventParts& event);

struct PacketLimits {
    /// Binaries that stand in a packet of the other format, too.
    std::size_t attachments_max = 10;
    std::size_t json_depth_max = 128;
    /// Values in one packet of the other format, which takes one byte for the smallest: JSON takes two.
    std::size_t msgpack_values_max = 500'000;
};

/// connect, connect_error, disconnect, disconnecting, newListener, removeListener.
[[nodiscard]] bool is_reserved_event(std::string_view name) noexcept;

/// Puts packets together from the messages of one session. After an error the session must be closed.
/// Binary types come out as event and ack, their attachments in place. An event or ack without payload,
/// which Node tolerates, comes out with an empty array. An event's first element is a string or a number.
/// Ack ids are kept exactly up to 64 bits; more digits are an error.
class PacketDecoder {
public:
    /// A packet when one is complete. errc::invalid_attachment for text while attachments are owed;
    /// errc::reserved_event for an event with a reserved name. The limits are the same for every session,
    /// so that none keeps them.
    [[nodiscard]] Result<std::optional<Packet>> on_text(std::string_view text,
                                                        const PacketLimits& limits);
    [[nodiscard]] Result<std::optional<Packet>> on_binary(std::string_view bytes);
    /// Attachments are owed: `451-` came and its binary message has not.
    [[nodiscard]] bool pending() const noexcept { return pending_ != nullptr; }

private:
    struct Pending {
        Packet packet;
        std::size_t attachments_expected = 0;
        std::vector<Binary> attachments;
    };

    /// On the heap, since nearly every session has none nearly all the time.
    std::unique_ptr<Pending> pending_;
};

}  // namespace socketio::wire
