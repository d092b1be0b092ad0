#include "live/value_hash.hpp"

#include <bit>
#include <cmath>
#include <string_view>

namespace chartcast::live {
namespace {

using socketio::Value;

constexpr std::uint64_t prime = 1099511628211ULL;

std::uint64_t mix(std::uint64_t hash, std::string_view bytes) noexcept {
    for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * prime;
    return hash;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) noexcept {
    for (int shift = 0; shift < 64; shift += 8) hash = (hash ^ ((word >> shift) & 0xff)) * prime;
    return hash;
}

/// Whole numbers have the hash of the integer, whatever kind they are of.
std::uint64_t mix_number(std::uint64_t hash, double number) noexcept {
    const bool whole = number >= -0x1p63 && number < 0x1p63 && std::trunc(number) == number;
    if (whole) return mix(mix(hash, "i"), static_cast<std::uint64_t>(std::llround(number)));
    return mix(mix(hash, "d"), std::bit_cast<std::uint64_t>(number));
}

std::size_t digits(std::uint64_t number) noexcept {
    std::size_t count = 1;
    for (; number >= 10; number /= 10) ++count;
    return count;
}

std::size_t integer_bytes(std::int64_t number) noexcept {
    if (number >= 0) return digits(static_cast<std::uint64_t>(number));
    return 1 + digits(0 - static_cast<std::uint64_t>(number));
}

std::size_t double_bytes(double number) noexcept {
    constexpr std::size_t fraction_bytes = 18;
    constexpr double exact = 0x1p53;
    if (std::fabs(number) < exact && std::trunc(number) == number) {
        return integer_bytes(static_cast<std::int64_t>(number));
    }
    return fraction_bytes;
}

}  // namespace

std::uint64_t stable_hash(const Value& value, std::uint64_t seed) noexcept {
    switch (value.kind()) {
        case Value::Kind::null: return mix(seed, "n");
        case Value::Kind::boolean: return mix(seed, *value.if_bool() ? "t" : "f");
        case Value::Kind::int64:
            return mix(mix(seed, "i"), static_cast<std::uint64_t>(*value.if_int64()));
        case Value::Kind::uint64:
            // Over 2^63, where a double of that worth is no int64 either.
            return mix(mix(seed, "d"),
                       std::bit_cast<std::uint64_t>(static_cast<double>(*value.if_uint64())));
        case Value::Kind::number: return mix_number(seed, *value.if_double());
        case Value::Kind::string: {
            const auto& text = *value.if_string();
            return mix(mix(mix(seed, "s"), text.size()), text);
        }
        case Value::Kind::binary: {
            const auto bytes = value.if_binary()->view();
            return mix(mix(mix(seed, "b"), bytes.size()), bytes);
        }
        case Value::Kind::array: {
            auto hash = mix(mix(seed, "a"), value.if_array()->size());
            for (const auto& item : *value.if_array()) hash = stable_hash(item, hash);
            return hash;
        }
        case Value::Kind::object: {
            auto hash = mix(mix(seed, "o"), value.if_object()->size());
            for (const auto& [key, item] : *value.if_object()) {
                hash = stable_hash(item, mix(mix(hash, key.size()), key));
            }
            return hash;
        }
    }
    return seed;
}

std::size_t json_bytes(const Value& value) noexcept {
    switch (value.kind()) {
        case Value::Kind::null: return 4;
        case Value::Kind::boolean: return *value.if_bool() ? 4 : 5;
        case Value::Kind::int64: return integer_bytes(*value.if_int64());
        case Value::Kind::uint64: return digits(*value.if_uint64());
        case Value::Kind::number: return double_bytes(*value.if_double());
        case Value::Kind::string: return value.if_string()->size() + 2;
        case Value::Kind::binary: return value.if_binary()->size();
        case Value::Kind::array: {
            std::size_t bytes = 2;
            for (const auto& item : *value.if_array()) bytes += json_bytes(item) + 1;
            return bytes;
        }
        case Value::Kind::object: {
            std::size_t bytes = 2;
            for (const auto& [key, item] : *value.if_object()) {
                bytes += key.size() + 4 + json_bytes(item);
            }
            return bytes;
        }
    }
    return 0;
}

}  // namespace chartcast::live
