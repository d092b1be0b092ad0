// Session ids made from given randomness, and the shard read back. Any thread.

#include "wire/session_id.hpp"

#include "base/base64.hpp"

#include <algorithm>
#include <array>

namespace socketio::wire {

namespace {

constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digit_of = [] {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<std::uint8_t, 256> table{};
    table.fill(no_digit);
    for (std::size_t digit = 0; digit < alphabet.size(); ++digit) {
        table[static_cast<unsigned char>(alphabet[digit])] = static_cast<std::uint8_t>(digit);
    }
    return table;
}();

[[nodiscard]] std::uint8_t digit(char character) noexcept {
    return digit_of[static_cast<unsigned char>(character)];
}

}  // namespace

std::string make_session_id(std::uint8_t shard,
                            std::span<const std::uint8_t, session_id_random_bytes> random) {
    std::array<char, 1 + session_id_random_bytes> bytes{static_cast<char>(shard)};
    std::copy(random.begin(), random.end(), bytes.begin() + 1);
    return base::base64url({bytes.data(), bytes.size()});
}

std::optional<unsigned> shard_of(std::string_view session_id, unsigned shards) noexcept {
    if (session_id.size() != session_id_length) return std::nullopt;
    const bool is_text_of_ours = std::all_of(session_id.begin(), session_id.end(),
                                             [](char c) { return digit(c) != no_digit; });
    if (!is_text_of_ours) return std::nullopt;
    const unsigned shard = unsigned{digit(session_id[0])} << 2 | digit(session_id[1]) >> 4;
    if (shard >= shards) return std::nullopt;
    return shard;
}

}  // namespace socketio::wire
