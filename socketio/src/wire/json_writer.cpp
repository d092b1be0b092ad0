// Value to JSON text, byte for byte as JavaScript's JSON.stringify writes it. Any thread. RFC 8259;
// ECMA-262, "Number::toString" and "QuoteJSONString".

#include "wire/json.hpp"
#include "wire/utf8.hpp"

#include <boost/container/small_vector.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace socketio::wire {

namespace {

constexpr std::uint64_t ones = 0x0101010101010101;
constexpr std::uint64_t top_bits = 0x8080808080808080;

[[nodiscard]] std::uint64_t load_eight(const char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// The top bit of each byte that is zero; bytes above the first such one may be wrong.
[[nodiscard]] constexpr std::uint64_t zero_bytes(std::uint64_t word) noexcept {
    return (word - ones) & ~word & top_bits;
}

[[nodiscard]] bool needs_escape(std::uint64_t eight_bytes) noexcept {
    const auto control = (eight_bytes - ones * 0x20) & ~eight_bytes & top_bits;
    return (control | zero_bytes(eight_bytes ^ ones * '"') |
            zero_bytes(eight_bytes ^ ones * '\\')) != 0;
}

[[nodiscard]] bool needs_escape(char character) noexcept {
    return static_cast<unsigned char>(character) < 0x20 || character == '"' || character == '\\';
}

/// The end of what can be written as it is and cannot be broken UTF-8 either.
[[nodiscard]] const char* skip_plain_ascii(const char* at, const char* end) noexcept {
    for (; end - at >= 8; at += 8) {
        const auto word = load_eight(at);
        if ((word & top_bits) != 0 || needs_escape(word)) break;
    }
    while (at != end && static_cast<unsigned char>(*at) < 0x80 && !needs_escape(*at)) ++at;
    return at;
}

[[nodiscard]] const char* find_escape(const char* at, const char* end) noexcept {
    for (; end - at >= 8; at += 8) {
        if (needs_escape(load_eight(at))) break;
    }
    while (at != end && !needs_escape(*at)) ++at;
    return at;
}

void append_escape(std::string& out, char character) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(character);
    out += '\\';
    switch (character) {
        case '"':
        case '\\': out += character; return;
        case '\b': out += 'b'; return;
        case '\t': out += 't'; return;
        case '\n': out += 'n'; return;
        case '\f': out += 'f'; return;
        case '\r': out += 'r'; return;
        default:
            out += "u00";
            out += digits[byte >> 4];
            out += digits[byte & 15];
    }
}

void append_quoted_utf8(std::string& out, std::string_view text) {
    out += '"';
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
        const char* const special = find_escape(at, end);
        out.append(at, special);
        if (special == end) break;
        append_escape(out, *special);
        at = special + 1;
    }
    out += '"';
}

template <class Integer>
void append_integer(std::string& out, Integer number) {
    std::array<char, 24> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    out.append(buffer.data(), result.ptr);
}

/// The shortest digits that read back as a number, which is 0.DIGITS times ten to the power `point`.
struct Decimal {
    std::array<char, 32> digits{};
    int count = 0;
    int point = 0;

    [[nodiscard]] std::string_view view(int from, int length) const noexcept {
        return {digits.data() + from, static_cast<std::size_t>(length)};
    }
};

[[nodiscard]] Decimal to_decimal(double positive) noexcept {
    std::array<char, 32> text{};
    const auto result = std::to_chars(text.data(), text.data() + text.size(), positive,
                                      std::chars_format::scientific);
    Decimal decimal;
    const char* at = text.data();
    for (; *at != 'e'; ++at) {
        if (*at != '.') decimal.digits[static_cast<std::size_t>(decimal.count++)] = *at;
    }
    at += at[1] == '+' ? 2 : 1;
    std::from_chars(at, result.ptr, decimal.point);
    ++decimal.point;
    return decimal;
}

void append_zeros(std::string& out, int count) {
    out.append(static_cast<std::size_t>(count), '0');
}

/// `positive` is finite and not zero.
void append_positive(std::string& out, double positive) {
    const auto decimal = to_decimal(positive);
    const auto [count, point] = std::pair(decimal.count, decimal.point);
    if (count <= point && point <= 21) {
        out += decimal.view(0, count);
        append_zeros(out, point - count);
    } else if (0 < point && point <= 21) {
        out += decimal.view(0, point);
        out += '.';
        out += decimal.view(point, count - point);
    } else if (-6 < point && point <= 0) {
        out += "0.";
        append_zeros(out, -point);
        out += decimal.view(0, count);
    } else {
        out += decimal.digits.front();
        if (count > 1) {
            out += '.';
            out += decimal.view(1, count - 1);
        }
        out += point > 0 ? "e+" : "e-";
        append_integer(out, std::abs(point - 1));
    }
}

void append_double(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";
    } else if (std::fabs(number) < 0x1p53 && std::trunc(number) == number) {
        append_integer(out, static_cast<std::int64_t>(number));
    } else {
        if (number < 0) out += '-';
        append_positive(out, std::fabs(number));
    }
}

/// Containers that are open wait in a list of their own, so depth costs no stack.
class Writer {
public:
    Writer(std::string& out, std::vector<Binary>* attachments) noexcept
        : out_(out), attachments_(attachments) {}

    void write(const Value& root) {
        begin(root);
        while (!open_.empty()) {
            auto& innermost = open_.back();
            const auto at = innermost.next++;
            if (at == innermost.size) {
                out_ += innermost.array != nullptr ? ']' : '}';
                open_.pop_back();
                continue;
            }
            if (at > 0) out_ += ',';
            if (innermost.array != nullptr) {
                begin(innermost.array[at]);
            } else {
                const auto& [key, value] = innermost.members[at];
                append_json_string(out_, key);
                out_ += ':';
                begin(value);
            }
        }
    }

private:
    struct Open {
        const Value* array;
        const Object::Member* members;
        std::size_t size;
        std::size_t next;
    };

    void begin(const Value& value) {
        switch (value.kind()) {
            case Value::Kind::null: out_ += "null"; break;
            case Value::Kind::boolean: out_ += *value.if_bool() ? "true" : "false"; break;
            case Value::Kind::int64: append_integer(out_, *value.if_int64()); break;
            case Value::Kind::uint64: append_integer(out_, *value.if_uint64()); break;
            case Value::Kind::number: append_double(out_, *value.if_double()); break;
            case Value::Kind::string: append_json_string(out_, *value.if_string()); break;
            case Value::Kind::binary: append_binary(*value.if_binary()); break;
            case Value::Kind::array: open(*value.if_array()); break;
            case Value::Kind::object: open(*value.if_object()); break;
        }
    }

    void open(const Array& array) {
        if (array.empty()) {
            out_ += "[]";
            return;
        }
        out_ += '[';
        open_.push_back({array.data(), nullptr, array.size(), 0});
    }

    void open(const Object& object) {
        out_ += '{';
        open_.push_back({nullptr, object.members().data(), object.size(), 0});
    }

    void append_binary(const Binary& binary) {
        if (attachments_ == nullptr) {
            out_ += "null";
            return;
        }
        out_ += R"({"_placeholder":true,"num":)";
        append_integer(out_, attachments_->size());
        out_ += '}';
        attachments_->push_back(binary);
    }

    std::string& out_;
    std::vector<Binary>* attachments_;
    boost::container::small_vector<Open, 16> open_;
};

}  // namespace

void append_json(std::string& out, const Value& value, std::vector<Binary>* attachments) {
    Writer(out, attachments).write(value);
}

void append_json_string(std::string& out, std::string_view text) {
    const char* const end = text.data() + text.size();
    if (skip_plain_ascii(text.data(), end) == end) {
        out += '"';
        out += text;
        out += '"';
    } else if (is_utf8(text)) {
        append_quoted_utf8(out, text);
    } else {
        append_quoted_utf8(out, to_valid_utf8(text));
    }
}

}  // namespace socketio::wire

namespace socketio {

void append_json(std::string& out, const Value& value) {
    wire::append_json(out, value, nullptr);
}

std::string to_json(const Value& value) {
    std::string out;
    append_json(out, value);
    return out;
}

}  // namespace socketio
