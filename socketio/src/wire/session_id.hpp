#pragma once
// A session id: the shard in the first byte, 14 random ones after it; 20 characters of URL-safe base64.
// Any thread.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace socketio::wire {

inline constexpr std::size_t session_id_random_bytes = 14;
inline constexpr std::size_t session_id_length = 20;

[[nodiscard]] std::string make_session_id(
    std::uint8_t shard, std::span<const std::uint8_t, session_id_random_bytes> random);

/// Nothing for a text that is no session id, or one of a shard that does not exist.
[[nodiscard]] std::optional<unsigned> shard_of(std::string_view session_id,
                                               unsigned shards) noexcept;

}  // namespace socketio::wire
