// The promise of socketio/handshake.hpp: fields in one block of memory.
//
//   Prefix | name length | value length | name | value | name length | ...
//
// A length takes one byte for each seven of its bits, the lowest first; all but the last have bit 7 set.

#include "socketio/handshake.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace socketio {

namespace {

struct Prefix {
    std::uint32_t used = 0;      ///< Bytes, the prefix included.
    std::uint32_t capacity = 0;  ///< The same.
};

Prefix read_prefix(const char* buffer) noexcept {
    Prefix prefix;
    std::memcpy(&prefix, buffer, sizeof prefix);
    return prefix;
}

void write_prefix(char* buffer, Prefix prefix) noexcept {
    std::memcpy(buffer, &prefix, sizeof prefix);
}

constexpr std::size_t length_bytes(std::size_t length) noexcept {
    std::size_t bytes = 1;
    for (; length >= 0x80; length >>= 7) ++bytes;
    return bytes;
}

char* write_length(char* out, std::size_t length) noexcept {
    for (; length >= 0x80; length >>= 7) *out++ = static_cast<char>(length | 0x80);
    *out++ = static_cast<char>(length);
    return out;
}

std::size_t take_length(std::string_view& records) noexcept {
    std::size_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(records.front());
        records.remove_prefix(1);
        length |= static_cast<std::size_t>(byte & 0x7fU) << shift;
        if (byte < 0x80) return length;
    }
}

}  // namespace

FieldList::FieldList(const FieldList& other) {
    const auto records = other.records();
    if (!records.empty()) std::copy(records.begin(), records.end(), extend(records.size()));
}

FieldList& FieldList::operator=(const FieldList& other) {
    return *this = FieldList(other);
}

void FieldList::add(std::string_view name, std::string_view value) {
    const auto lengths = length_bytes(name.size()) + length_bytes(value.size());
    auto* out = extend(lengths + name.size() + value.size());
    out = write_length(write_length(out, name.size()), value.size());
    out = std::copy(name.begin(), name.end(), out);
    std::copy(value.begin(), value.end(), out);
}

char* FieldList::extend(std::size_t bytes) {
    const auto old =
        records_ ? read_prefix(records_.get()) : Prefix{sizeof(Prefix), sizeof(Prefix)};
    constexpr std::size_t used_max = std::numeric_limits<std::uint32_t>::max() / 2;
    if (bytes > used_max - std::min<std::size_t>(old.used, used_max)) {
        throw std::length_error("socketio::FieldList holds at most 2 GiB");
    }
    const auto used = static_cast<std::uint32_t>(old.used + bytes);
    auto capacity = old.capacity;
    if (used > capacity) {
        // The first fields, or a copy: exactly. More of them one by one: in steps that double.
        capacity = records_ ? std::max(used, 2 * old.capacity) : used;
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        if (records_) std::memcpy(larger.get(), records_.get(), old.used);
        records_ = std::move(larger);
    }
    write_prefix(records_.get(), {used, capacity});
    return records_.get() + old.used;
}

std::string_view FieldList::records() const noexcept {
    if (!records_) return {};
    return {records_.get() + sizeof(Prefix), read_prefix(records_.get()).used - sizeof(Prefix)};
}

std::optional<std::string_view> FieldList::find(std::string_view name) const noexcept {
    for (const auto& [key, value] : *this) {
        if (key == name) return value;
    }
    return std::nullopt;
}

FieldList::Iterator FieldList::begin() const noexcept {
    return Iterator(records());
}

FieldList::Iterator FieldList::end() const noexcept {
    return {};
}

void FieldList::Iterator::read() noexcept {
    if (records_.empty()) return;
    auto rest = records_;
    const auto name_length = take_length(rest);
    const auto value_length = take_length(rest);
    field_ = {rest.substr(0, name_length), rest.substr(name_length, value_length)};
}

FieldList::Iterator& FieldList::Iterator::operator++() noexcept {
    const auto* next = field_.second.data() + field_.second.size();
    records_.remove_prefix(static_cast<std::size_t>(next - records_.data()));
    read();
    return *this;
}

const FieldList& Handshake::headers() const noexcept {
    static const FieldList none;
    return request ? request->headers : none;
}

}  // namespace socketio
