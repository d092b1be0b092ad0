// MessagePack -> Value. See msgpack.hpp. Any thread. No recursion, and no memory is reserved on the
// word of a length alone: a value counts when its bytes are there.
#include "wire/msgpack.hpp"
#include "wire/repeated_keys.hpp"
#include "wire/utf8.hpp"

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::wire {
namespace {

using boost::system::error_code;

/// JavaScript's dates end this far from 1970.
constexpr double date_ms_max = 8.64e15;

/// By hand, since one message may hold a hundred thousand dates.
void append_digits(std::string& out, std::uint64_t number, int digits) {
    const auto end = out.size() + static_cast<std::size_t>(digits);
    out.resize(end);
    for (auto at = end; at > end - static_cast<std::size_t>(digits); --at) {
        out[at - 1] = static_cast<char>('0' + number % 10);
        number /= 10;
    }
}

/// As Date.prototype.toJSON: "2023-11-14T22:13:20.000Z", null out of range.
Value date_text(double milliseconds) {
    if (!(std::fabs(milliseconds) <= date_ms_max)) {
        return nullptr;
    }
    using namespace std::chrono;
    const sys_time<std::chrono::milliseconds> time{
        std::chrono::milliseconds(static_cast<std::int64_t>(std::trunc(milliseconds)))};
    const auto midnight = floor<days>(time);
    // std::chrono's years end at 32767; JavaScript's at 275760. Eras of 400 years are all alike.
    constexpr std::int64_t days_per_era = 146097;
    const std::int64_t day_number = midnight.time_since_epoch().count();
    const std::int64_t era = day_number >= 0 ? day_number / days_per_era
                                             : (day_number - days_per_era + 1) / days_per_era;
    const year_month_day date(sys_days(days(static_cast<int>(day_number - era * days_per_era))));
    const long long year = static_cast<int>(date.year()) + era * 400;
    const hh_mm_ss clock(time - midnight);
    std::string text;
    text.reserve(sizeof "+275760-09-13T00:00:00.000Z");
    if (year < 0 || year > 9999) {
        text += year < 0 ? '-' : '+';
        append_digits(text, static_cast<std::uint64_t>(std::abs(year)), 6);
    } else {
        append_digits(text, static_cast<std::uint64_t>(year), 4);
    }
    const auto append = [&text](char before, auto number, int digits) {
        text += before;
        append_digits(text, static_cast<std::uint64_t>(number), digits);
    };
    append('-', static_cast<unsigned>(date.month()), 2);
    append('-', static_cast<unsigned>(date.day()), 2);
    append('T', clock.hours().count(), 2);
    append(':', clock.minutes().count(), 2);
    append(':', clock.seconds().count(), 2);
    append('.', clock.subseconds().count(), 3);
    text += 'Z';
    return text;
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) {
        value = value << 8 | static_cast<unsigned char>(byte);
    }
    return value;
}

/// Neither undefined nor bytes: a date, or [type, binary].
Value extension(int type, std::string_view body) {
    constexpr double two_to_32 = 4294967296.0;
    if (type == -1 && body.size() == 4) {
        return date_text(static_cast<double>(big_endian(body)) * 1e3);
    }
    if (type == -1 && body.size() == 8) {
        const std::uint64_t bits = big_endian(body);
        const double seconds = static_cast<double>(bits & 0x3ffffffff);
        return date_text(seconds * 1e3 + static_cast<double>(bits >> 34) / 1e6);
    }
    if (type == -1 && body.size() == 12) {
        const auto seconds = static_cast<std::int64_t>(big_endian(body.substr(4)));
        return date_text(static_cast<double>(seconds) * 1e3 +
                         static_cast<double>(big_endian(body.substr(0, 4))) / 1e6);
    }
    if (type == 0 && body.size() == 8) {
        const auto high = static_cast<std::int32_t>(big_endian(body.substr(0, 4)));
        return date_text(high * two_to_32 + static_cast<double>(big_endian(body.substr(4))));
    }
    return Array{Value(type), Value(Binary(std::string(body)))};
}

class Reader {
public:
    Reader(std::string_view bytes, MsgpackLimits limits) : rest_(bytes), limits_(limits) {}

    [[nodiscard]] Result<Value> read();

private:
    struct Container {
        bool map = false;
        std::uint64_t left = 0;
        std::string key;
        bool key_read = false;
        Array elements;
        Object object;
    };

    [[nodiscard]] std::optional<Value> fail(errc code) {
        error_ = make_error_code(code);
        return std::nullopt;
    }
    /// One value that holds no others; nothing after an error, or when a container was opened.
    [[nodiscard]] std::optional<Value> read_one();
    [[nodiscard]] std::optional<Value> read_wide(unsigned prefix);
    [[nodiscard]] std::optional<Value> read_string(std::uint64_t size);
    [[nodiscard]] std::optional<Value> read_binary(std::uint64_t size);
    /// `fixed`: of the forms for 1, 2, 4, 8 and 16 bytes, in which notepack's undefined and dates come.
    [[nodiscard]] std::optional<Value> read_extension(std::uint64_t size, bool fixed);
    /// One more binary of those that are allowed.
    [[nodiscard]] bool count_binary();
    [[nodiscard]] std::optional<Value> open(bool map, std::uint64_t count);
    /// Puts a value into the innermost container and closes those that are full; true: it was the
    /// root.
    [[nodiscard]] bool place(Value value, Value& root);
    [[nodiscard]] static bool take_key(Container& container, const Value& value);
    [[nodiscard]] std::optional<std::uint64_t> number(unsigned bytes);
    [[nodiscard]] std::optional<std::string_view> take(std::uint64_t size);

    std::string_view rest_;
    MsgpackLimits limits_;
    std::vector<Container> open_;
    std::size_t values_ = 0;
    std::size_t binaries_ = 0;
    /// The value that was read last is undefined, which a Value cannot say.
    bool is_undefined_ = false;
    error_code error_;
};

Result<Value> Reader::read() {
    Value root;
    while (true) {
        if (++values_ > limits_.values_max) {
            return make_error_code(errc::too_large);
        }
        std::optional<Value> value = read_one();
        if (error_) {
            return error_;
        }
        const bool finished = value && place(std::move(*value), root);
        if (error_) {
            return error_;
        }
        if (finished) {
            return rest_.empty() ? Result<Value>(std::move(root))
                                 : make_error_code(errc::invalid_msgpack);
        }
    }
}

std::optional<Value> Reader::read_one() {
    const auto first = number(1);
    if (!first) {
        return fail(errc::invalid_msgpack);
    }
    const auto prefix = static_cast<unsigned>(*first);
    if (prefix < 0x80) {
        return Value(static_cast<std::int64_t>(prefix));
    }
    if (prefix >= 0xe0) {
        return Value(static_cast<std::int64_t>(static_cast<std::int8_t>(prefix)));
    }
    if (prefix < 0x90) {
        return open(true, prefix & 0x0f);
    }
    if (prefix < 0xa0) {
        return open(false, prefix & 0x0f);
    }
    if (prefix < 0xc0) {
        return read_string(prefix & 0x1f);
    }
    switch (prefix) {
        case 0xc0: return Value();
        case 0xc2: return Value(false);
        case 0xc3: return Value(true);
        case 0xd4: return read_extension(1, true);
        case 0xd5: return read_extension(2, true);
        case 0xd6: return read_extension(4, true);
        case 0xd7: return read_extension(8, true);
        case 0xd8: return read_extension(16, true);
        default: return read_wide(prefix);
    }
}

/// The forms whose number or length follows in 1, 2, 4 or 8 bytes.
std::optional<Value> Reader::read_wide(unsigned prefix) {
    static constexpr unsigned widths[32] = {0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8,
                                            1, 2, 4, 8, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4};
    const unsigned width = widths[prefix - 0xc0];
    const auto bits = number(width);
    if (width == 0 || !bits) {
        return fail(errc::invalid_msgpack);
    }
    switch (prefix) {
        case 0xc4:
        case 0xc5:
        case 0xc6: return read_binary(*bits);
        case 0xc7:
        case 0xc8:
        case 0xc9: return read_extension(*bits, false);
        case 0xca: return Value(std::bit_cast<float>(static_cast<std::uint32_t>(*bits)));
        case 0xcb: return Value(std::bit_cast<double>(*bits));
        case 0xd0: return Value(static_cast<std::int64_t>(static_cast<std::int8_t>(*bits)));
        case 0xd1: return Value(static_cast<std::int64_t>(static_cast<std::int16_t>(*bits)));
        case 0xd2: return Value(static_cast<std::int64_t>(static_cast<std::int32_t>(*bits)));
        case 0xd3: return Value(static_cast<std::int64_t>(*bits));
        case 0xd9:
        case 0xda:
        case 0xdb: return read_string(*bits);
        case 0xdc:
        case 0xdd: return open(false, *bits);
        case 0xde:
        case 0xdf: return open(true, *bits);
        default: return Value(*bits);
    }
}

std::optional<Value> Reader::read_string(std::uint64_t size) {
    const auto text = take(size);
    if (!text) {
        return fail(errc::invalid_msgpack);
    }
    // It may end in a text frame, and browsers close a connection over a broken one.
    if (!is_utf8(*text)) {
        return fail(errc::invalid_utf8);
    }
    return Value(*text);
}

std::optional<Value> Reader::read_binary(std::uint64_t size) {
    const auto bytes = take(size);
    if (!bytes) {
        return fail(errc::invalid_msgpack);
    }
    if (!count_binary()) {
        return fail(errc::too_large);
    }
    return Value(Binary(std::string(*bytes)));
}

std::optional<Value> Reader::read_extension(std::uint64_t size, bool fixed) {
    const auto type = number(1);
    const auto body = type ? take(size) : std::nullopt;
    if (!body) {
        return fail(errc::invalid_msgpack);
    }
    is_undefined_ = *type == 0 && fixed && size == 1;
    if (is_undefined_) {
        return Value();
    }
    // What Node has in an ArrayBuffer or a typed array is written so, and what is in a Buffer as binary.
    Value value = *type == 0 && !fixed ? Value(Binary(std::string(*body)))
                                       : extension(static_cast<std::int8_t>(*type), *body);
    const bool is_date = value.if_string() != nullptr || value.is_null();
    if (!is_date && !count_binary()) {
        return fail(errc::too_large);
    }
    return value;
}

bool Reader::count_binary() {
    return ++binaries_ <= limits_.binaries_max;
}

std::optional<Value> Reader::open(bool map, std::uint64_t count) {
    if (count == 0) {
        return map ? Value(Object()) : Value(Array());
    }
    if (open_.size() >= limits_.depth_max) {
        return fail(errc::too_deep);
    }
    // Each element takes a byte at least; this refuses a false count before anything is read for
    // it.
    if (count * (map ? 2 : 1) > rest_.size()) {
        return fail(errc::invalid_msgpack);
    }
    Container& container = open_.emplace_back();
    container.map = map;
    container.left = count;
    return std::nullopt;
}

bool Reader::take_key(Container& container, const Value& value) {
    if (const std::string* text = value.if_string()) {
        container.key = *text;
    } else if (const std::int64_t* integer = value.if_int64()) {
        // Other languages' emitters have integer keys; JavaScript makes text of them.
        container.key = std::to_string(*integer);
    } else {
        return false;
    }
    container.key_read = true;
    return true;
}

bool Reader::place(Value value, Value& root) {
    bool is_undefined = std::exchange(is_undefined_, false);
    while (!open_.empty()) {
        Container& container = open_.back();
        if (container.map && !container.key_read) {
            if (!take_key(container, value)) {
                error_ = make_error_code(errc::invalid_msgpack);
            }
            return false;
        }
        if (container.map) {
            // As JSON.stringify leaves it out.
            if (!is_undefined) {
                container.object.append(std::move(container.key), std::move(value));
            }
            container.key_read = false;
        } else {
            container.elements.push_back(std::move(value));
        }
        if (--container.left > 0) {
            return false;
        }
        if (container.map) {
            merge_repeated_keys(container.object.members());
            value = Value(std::move(container.object));
        } else {
            value = Value(std::move(container.elements));
        }
        is_undefined = false;
        open_.pop_back();
    }
    root = std::move(value);
    return true;
}

std::optional<std::uint64_t> Reader::number(unsigned bytes) {
    const auto taken = take(bytes);
    return taken ? std::optional<std::uint64_t>(big_endian(*taken)) : std::nullopt;
}

std::optional<std::string_view> Reader::take(std::uint64_t size) {
    if (size > rest_.size()) {
        return std::nullopt;
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
}

}  // namespace

Result<Value> decode_msgpack(std::string_view bytes, MsgpackLimits limits) {
    return Reader(bytes, limits).read();
}

}  // namespace socketio::wire
