#pragma once
// The id of an entry in a Redis stream, which is the offset of a broadcast: a time and a place in its millisecond.
// And which stream a namespace is in. WIRE.md B13. I/O-free; any thread. This is what Redis is asked with,
// exactly; the hub compares offsets of whatever adapter: wire/cluster_offset.hpp.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::cluster {

struct StreamId {
    std::uint64_t milliseconds = 0;
    std::uint64_t place = 0;
    friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

/// "1795388960617-0", exactly as Redis writes it: nothing for leading zeros, a lone number or more than 64 bits.
[[nodiscard]] std::optional<StreamId> parse_stream_id(std::string_view text) noexcept;
[[nodiscard]] std::string to_text(const StreamId& id);

/// Of `count` streams, the one of a namespace: Java's hash of its UTF-16 with JavaScript's remainder, as the npm
/// package has it. It may be negative: a stream that nobody reads.
[[nodiscard]] int stream_index(std::string_view nsp, int count);
/// "socket.io", or with more than one stream "socket.io-2".
[[nodiscard]] std::string stream_of(std::string_view name, std::string_view nsp, int count);

}  // namespace socketio::cluster
