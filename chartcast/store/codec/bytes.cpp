#include "store/codec/bytes.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include <zlib.h>

namespace chartcast::store {
namespace {

using socketio::Array;
using socketio::Binary;
using socketio::Object;
using socketio::Value;

constexpr std::size_t checksum_bytes = 4;
/// Of nothing that a parser of ours gives; the reader descends on the stack.
constexpr int depth_max = 1024;

/// The first byte of a value. Written to disk: never renumbered.
enum class Tag : std::uint8_t {
    null = 0,
    no = 1,
    yes = 2,
    int64 = 3,
    uint64 = 4,
    number = 5,
    string = 6,
    binary = 7,
    array = 8,
    object = 9,
};

std::uint32_t checksum(std::string_view bytes) noexcept {
    const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
    return static_cast<std::uint32_t>(crc32_z(0, data, bytes.size()));
}

template <class Unsigned>
void append_fixed(std::string& out, Unsigned number) {
    for (std::size_t at = 0; at < sizeof(number); ++at) {
        out += static_cast<char>(static_cast<std::uint8_t>(number >> (8 * at)));
    }
}

/// REQUIRES: so many bytes.
template <class Unsigned>
Unsigned fixed(std::string_view bytes) noexcept {
    Unsigned number = 0;
    for (std::size_t at = 0; at < sizeof(number); ++at) {
        number |= static_cast<Unsigned>(static_cast<std::uint8_t>(bytes[at])) << (8 * at);
    }
    return number;
}

}  // namespace

ByteWriter::ByteWriter() : bytes_(checksum_bytes, '\0') {}

void ByteWriter::byte(std::uint8_t value) {
    bytes_ += static_cast<char>(value);
}

void ByteWriter::number(std::uint64_t value) {
    while (value >= 0x80) {
        byte(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    byte(static_cast<std::uint8_t>(value));
}

void ByteWriter::signed_number(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    number((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void ByteWriter::text(std::string_view value) {
    number(value.size());
    bytes_ += value;
}

void ByteWriter::position(const live::Position& value) {
    text(value.epoch);
    number(value.v);
}

void ByteWriter::value(const Value& value) {
    const auto tag = [this](Tag kind) { byte(static_cast<std::uint8_t>(kind)); };
    switch (value.kind()) {
        case Value::Kind::null: tag(Tag::null); break;
        case Value::Kind::boolean: tag(*value.if_bool() ? Tag::yes : Tag::no); break;
        case Value::Kind::int64:
            tag(Tag::int64);
            signed_number(*value.if_int64());
            break;
        case Value::Kind::uint64:
            tag(Tag::uint64);
            number(*value.if_uint64());
            break;
        case Value::Kind::number:
            tag(Tag::number);
            append_fixed(bytes_, std::bit_cast<std::uint64_t>(*value.if_double()));
            break;
        case Value::Kind::string:
            tag(Tag::string);
            text(*value.if_string());
            break;
        case Value::Kind::binary:
            tag(Tag::binary);
            text(value.if_binary()->view());
            break;
        case Value::Kind::array: array(*value.if_array()); break;
        case Value::Kind::object:
            tag(Tag::object);
            number(value.if_object()->size());
            for (const auto& [key, item] : *value.if_object()) {
                text(key);
                this->value(item);
            }
            break;
    }
}

void ByteWriter::array(const Array& items) {
    byte(static_cast<std::uint8_t>(Tag::array));
    number(items.size());
    for (const auto& item : items) value(item);
}

std::string ByteWriter::seal() {
    std::string sum;
    append_fixed(sum, checksum(std::string_view(bytes_).substr(checksum_bytes)));
    bytes_.replace(0, checksum_bytes, sum);
    return std::move(bytes_);
}

ByteReader::ByteReader(std::string_view record) {
    if (record.size() < checksum_bytes) {
        fail();
        return;
    }
    rest_ = record.substr(checksum_bytes);
    if (fixed<std::uint32_t>(record) != checksum(rest_)) fail();
}

ByteReader ByteReader::unchecked(std::string_view bytes) {
    ByteReader reader;
    reader.rest_ = bytes;
    return reader;
}

void ByteReader::fail() noexcept {
    failed_ = true;
    rest_ = {};
}

std::uint8_t ByteReader::byte() {
    if (rest_.empty()) {
        fail();
        return 0;
    }
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
}

std::uint64_t ByteReader::number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const auto next = byte();
        // The tenth byte holds the last bit.
        if (shift == 63 && next > 1) break;
        value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
        if (next < 0x80) return value;
    }
    fail();
    return 0;
}

std::int64_t ByteReader::signed_number() {
    const auto bits = number();
    return static_cast<std::int64_t>((bits >> 1) ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
}

std::string ByteReader::text() {
    const auto size = count();
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(value.size());
    return value;
}

live::Position ByteReader::position() {
    live::Position value;
    value.epoch = text();
    value.v = number();
    return value;
}

std::size_t ByteReader::count() {
    const auto value = number();
    if (value > rest_.size()) {
        fail();
        return 0;
    }
    return value;
}

Value ByteReader::value() {
    return value(0);
}

Value ByteReader::value(int depth) {
    if (depth > depth_max) fail();
    switch (static_cast<Tag>(byte())) {
        // Also what a failed reader gives.
        case Tag::null: return nullptr;
        case Tag::no: return false;
        case Tag::yes: return true;
        case Tag::int64: return signed_number();
        case Tag::uint64: return number();
        case Tag::number: {
            if (rest_.size() < sizeof(double)) break;
            const auto bits = fixed<std::uint64_t>(rest_);
            rest_.remove_prefix(sizeof(double));
            return std::bit_cast<double>(bits);
        }
        case Tag::string: return text();
        case Tag::binary: return Binary(text());
        case Tag::array: {
            Array array;
            const auto items = count();
            array.reserve(items);
            for (std::size_t at = 0; at < items && !failed_; ++at)
                array.push_back(value(depth + 1));
            return array;
        }
        case Tag::object: {
            Object object;
            const auto members = count();
            for (std::size_t at = 0; at < members && !failed_; ++at) {
                auto key = text();
                object.append(std::move(key), value(depth + 1));
            }
            return object;
        }
    }
    fail();
    return nullptr;
}

}  // namespace chartcast::store
