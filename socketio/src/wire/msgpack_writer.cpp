// Value -> MessagePack. See msgpack.hpp. Any thread.
#include "wire/msgpack.hpp"
#include "wire/utf8.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace socketio::wire {
namespace {

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned shift = bytes * 8; shift > 0; shift -= 8) {
        out += static_cast<char>(value >> (shift - 8));
    }
}

void append_prefixed(std::string& out, unsigned prefix, std::uint64_t value, unsigned bytes) {
    out += static_cast<char>(prefix);
    append_big_endian(out, value, bytes);
}

void append_unsigned(std::string& out, std::uint64_t number) {
    if (number < 0x80) {
        out += static_cast<char>(number);
    } else if (number <= 0xff) {
        append_prefixed(out, 0xcc, number, 1);
    } else if (number <= 0xffff) {
        append_prefixed(out, 0xcd, number, 2);
    } else if (number <= 0xffffffff) {
        append_prefixed(out, 0xce, number, 4);
    } else {
        append_prefixed(out, 0xcf, number, 8);
    }
}

void append_double(std::string& out, double number) {
    constexpr double two_to_63 = 9223372036854775808.0;
    if (std::floor(number) == number && number >= -two_to_63 && number < 2 * two_to_63) {
        if (number < 0) {
            append_msgpack_integer(out, static_cast<std::int64_t>(number));
        } else {
            append_unsigned(out, static_cast<std::uint64_t>(number));
        }
        return;
    }
    // JavaScript has one NaN.
    const double one = std::isnan(number) ? std::numeric_limits<double>::quiet_NaN() : number;
    append_prefixed(out, 0xcb, std::bit_cast<std::uint64_t>(one), 8);
}

/// Prefixes for a length in the small form, in one byte (0: there is none), in two and in four.
struct LengthForms {
    unsigned small;
    unsigned small_max;
    unsigned one;
    unsigned two;
    unsigned four;
};
constexpr LengthForms string_forms{0xa0, 31, 0xd9, 0xda, 0xdb};
constexpr LengthForms binary_forms{0, 0, 0xc4, 0xc5, 0xc6};
constexpr LengthForms array_forms{0x90, 15, 0, 0xdc, 0xdd};
constexpr LengthForms map_forms{0x80, 15, 0, 0xde, 0xdf};

void append_length(std::string& out, const LengthForms& forms, std::size_t length) {
    if (forms.small != 0 && length <= forms.small_max) {
        out += static_cast<char>(forms.small | length);
    } else if (forms.one != 0 && length <= 0xff) {
        append_prefixed(out, forms.one, length, 1);
    } else if (length <= 0xffff) {
        append_prefixed(out, forms.two, length, 2);
    } else {
        append_prefixed(out, forms.four, length, 4);
    }
}

/// A container whose elements are being written.
struct OpenContainer {
    const Value* elements = nullptr;
    const Object::Member* members = nullptr;
    std::size_t left = 0;
};

/// Writes a value that holds no others, or the head of a container, which then is opened.
void append_head(std::string& out, const Value& value, std::vector<OpenContainer>& open) {
    switch (value.kind()) {
        case Value::Kind::null: out += static_cast<char>(0xc0); return;
        case Value::Kind::boolean: append_msgpack_bool(out, *value.if_bool()); return;
        case Value::Kind::int64: append_msgpack_integer(out, *value.if_int64()); return;
        case Value::Kind::uint64: append_unsigned(out, *value.if_uint64()); return;
        case Value::Kind::number: append_double(out, *value.if_double()); return;
        case Value::Kind::string: append_msgpack_string(out, *value.if_string()); return;
        case Value::Kind::binary: {
            const std::string_view bytes = value.if_binary()->view();
            append_length(out, binary_forms, bytes.size());
            out += bytes;
            return;
        }
        case Value::Kind::array: {
            const Array& array = *value.if_array();
            append_msgpack_array(out, array.size());
            open.push_back({array.data(), nullptr, array.size()});
            return;
        }
        case Value::Kind::object: {
            const auto& members = value.if_object()->members();
            append_msgpack_map(out, members.size());
            open.push_back({nullptr, members.data(), members.size()});
            return;
        }
    }
}

}  // namespace

void append_msgpack(std::string& out, const Value& value) {
    std::vector<OpenContainer> open;
    append_head(out, value, open);
    while (!open.empty()) {
        OpenContainer& container = open.back();
        if (container.left == 0) {
            open.pop_back();
            continue;
        }
        --container.left;
        if (container.members != nullptr) {
            const auto& [key, member] = *container.members++;
            append_msgpack_string(out, key);
            append_head(out, member, open);
        } else {
            append_head(out, *container.elements++, open);
        }
    }
}

void append_msgpack_map(std::string& out, std::size_t members) {
    append_length(out, map_forms, members);
}

void append_msgpack_array(std::string& out, std::size_t elements) {
    append_length(out, array_forms, elements);
}

void append_msgpack_string(std::string& out, std::string_view text) {
    if (!is_utf8(text)) {
        return append_msgpack_string(out, to_valid_utf8(text));
    }
    append_length(out, string_forms, text.size());
    out += text;
}

void append_msgpack_integer(std::string& out, std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    if (number >= 0) {
        append_unsigned(out, bits);
    } else if (number >= -0x20) {
        out += static_cast<char>(number);
    } else if (number >= -0x80) {
        append_prefixed(out, 0xd0, bits, 1);
    } else if (number >= -0x8000) {
        append_prefixed(out, 0xd1, bits, 2);
    } else if (number >= -0x80000000LL) {
        append_prefixed(out, 0xd2, bits, 4);
    } else {
        append_prefixed(out, 0xd3, bits, 8);
    }
}

void append_msgpack_bool(std::string& out, bool value) {
    out += static_cast<char>(value ? 0xc3 : 0xc2);
}

}  // namespace socketio::wire
