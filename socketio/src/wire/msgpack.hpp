#pragma once
// MessagePack <-> Value, byte for byte as notepack writes it, the codec of Socket.IO's msgpack parser and of
// its Redis adapters and emitters (WIRE.md B9 to B11). I/O-free; any thread.
//
// Own code, since Debian's libmpack 1.0.5 writes -129 as d0 7f (127) and -32769 as d1 7fff (32767),
// defines `bool` as a macro, and comes as a static library that cannot be linked into a PIE;
// libmsgpack-cxx-dev depends on Boost 1.74, which cannot be installed beside 1.81.

#include "socketio/error.hpp"
#include "socketio/value.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace socketio::wire {

struct MsgpackLimits {
    /// As for the JSON of clients, with room for the envelope around an event.
    std::size_t depth_max = 136;
    /// One byte may stand for a value of 40 bytes, so the count bounds the memory.
    std::size_t values_max = 1'000'000;
    /// Each is an allocation of its own, and an attachment for clients that read JSON.
    std::size_t binaries_max = std::numeric_limits<std::size_t>::max();
};

/// Exactly one value; bytes behind it are an error. What a Value cannot say becomes what JSON.stringify
/// makes of it: dates (ext -1, and notepack 2's ext 0 of 8 bytes) their ISO 8601 text; undefined (ext 0 of
/// 1 byte) null, and a member that is undefined is left out. notepack's ArrayBuffers (ext 0 with a length)
/// are binary; any other extension becomes [type, binary]. errc::invalid_msgpack, invalid_utf8, too_deep or
/// too_large.
[[nodiscard]] Result<Value> decode_msgpack(std::string_view bytes, MsgpackLimits limits = {});

/// Numbers as JavaScript sees them: a double with an integer value is written as an integer, unless
/// it needs more than 64 bits. Bytes in texts that are not UTF-8 become U+FFFD: one of them would end the
/// connection of everybody who reads it. Without recursion.
void append_msgpack(std::string& out, const Value& value);

// The parts, for those who write a message without building a Value of it.
void append_msgpack_map(std::string& out, std::size_t members);
void append_msgpack_array(std::string& out, std::size_t elements);
void append_msgpack_string(std::string& out, std::string_view text);
void append_msgpack_integer(std::string& out, std::int64_t number);
void append_msgpack_bool(std::string& out, bool value);

}  // namespace socketio::wire
