#pragma once
// Where in a Redis Cluster a key or sharded channel lives. I/O-free; any thread.
// Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace redis {

inline constexpr std::size_t slot_count = 16'384;

/// CRC16 (XMODEM) of the key modulo 16384; of what stands between the first { and the next } alone, unless
/// that is nothing: so that users can keep keys together.
[[nodiscard]] std::uint16_t hash_slot(std::string_view key) noexcept;

}  // namespace redis
