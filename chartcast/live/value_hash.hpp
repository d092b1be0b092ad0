#pragma once
// A hash of a value that is the same on every machine and in every version: FNV-1a over a canonical walk.
// Any thread.

#include <socketio/value.hpp>

#include <cstddef>
#include <cstdint>

namespace chartcast::live {

/// Values that compare equal have one hash: numbers count by their worth. Members of objects count in the
/// order they were written, so equal objects of another order may differ. REQUIRES: nesting as shallow
/// as a parser with a depth limit admits.
[[nodiscard]] std::uint64_t stable_hash(const socketio::Value& value,
                                        std::uint64_t seed = 14695981039346656037ULL) noexcept;

struct ValueHash {
    // FNV-1a spreads well enough over all bits.
    using is_avalanching = void;
    std::size_t operator()(const socketio::Value& value) const noexcept {
        return stable_hash(value);
    }
};

/// About how long the value is as JSON text; exact but for escapes and the digits of fractions.
[[nodiscard]] std::size_t json_bytes(const socketio::Value& value) noexcept;

}  // namespace chartcast::live
