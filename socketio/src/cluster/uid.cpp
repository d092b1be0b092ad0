// See uid.hpp.
#include "cluster/uid.hpp"

#include "base/assert.hpp"

#include <openssl/rand.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace socketio::cluster {
namespace {

template <std::size_t N>
std::array<unsigned char, N> random_bytes() {
    std::array<unsigned char, N> bytes{};
    SOCKETIO_ASSERT(RAND_bytes(bytes.data(), static_cast<int>(N)) == 1);
    return bytes;
}

}  // namespace

std::string short_uid() {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string uid;
    for (const unsigned char byte : random_bytes<6>()) uid += alphabet[byte & 63];
    return uid;
}

std::string hex_uid() {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string uid;
    for (const unsigned char byte : random_bytes<8>()) {
        uid += digits[byte >> 4];
        uid += digits[byte & 15];
    }
    return uid;
}

}  // namespace socketio::cluster
