// See hash_slot.hpp.
#include "protocol/hash_slot.hpp"

#include <array>

namespace redis {
namespace {

constexpr std::uint16_t crc_of_byte(unsigned byte) {
    unsigned crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) {
        crc = (crc & 0x8000U) != 0 ? (crc << 1) ^ 0x1021U : crc << 1;
    }
    return static_cast<std::uint16_t>(crc & 0xffffU);
}

constexpr std::array<std::uint16_t, 256> make_crc_table() {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) table[byte] = crc_of_byte(byte);
    return table;
}

constexpr std::array<std::uint16_t, 256> crc_table = make_crc_table();

std::string_view hashed_part(std::string_view key) noexcept {
    const std::size_t open = key.find('{');
    if (open == std::string_view::npos) return key;
    const std::size_t close = key.find('}', open + 1);
    if (close == std::string_view::npos || close == open + 1) return key;
    return key.substr(open + 1, close - open - 1);
}

}  // namespace

std::uint16_t hash_slot(std::string_view key) noexcept {
    unsigned crc = 0;
    for (const char c : hashed_part(key)) {
        const unsigned index = ((crc >> 8) ^ static_cast<unsigned char>(c)) & 0xffU;
        crc = ((crc << 8) ^ crc_table[index]) & 0xffffU;
    }
    return static_cast<std::uint16_t>(crc % slot_count);
}

}  // namespace redis
