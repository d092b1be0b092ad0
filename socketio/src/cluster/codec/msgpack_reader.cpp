// MessagePack -> Value. See msgpack.hpp. Any thread. No recursion, and no memory is reserved on the
// word of a length alone: a value counts when its bytes are there.
#include "cluster/codec/msgpack.hpp"
#include "wire/utf8.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

using boost::system::error_code;

/// JavaScript's dates end this far from 1970.
constexpr double date_ms_max = 8.64e15;

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
    char text[40];
    const char* format = year >= 0 && year <= 9999 ? "%04lld-%02u-%02uT%02d:%02d:%02d.%03dZ"
                                                   : "%+07lld-%02u-%02uT%02d:%02d:%02d.%03dZ";
    const int size = std::snprintf(
        text, sizeof text, format, year, static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
        static_cast<int>(clock.subseconds().count()));
    return std::string(text, static_cast<std::size_t>(size));
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) {
        value = value << 8 | static_cast<unsigned char>(byte);
    }
    return value;
}

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
    if (type == 0 && body.size() == 1) {
        return nullptr;
    }
    if (type == 0 && body.size() == 8) {
        const auto high = static_cast<std::int32_t>(big_endian(body.substr(0, 4)));
        return date_text(high * two_to_32 + static_cast<double>(big_endian(body.substr(4))));
    }
    return Array{Value(type), Value(Binary(std::string(body)))};
}

/// Up to here, comparing every key with every other costs less than sorting them.
constexpr std::size_t few_members = 12;

bool has_equal_keys(const std::vector<Object::Member>& few) {
    for (std::size_t i = 1; i < few.size(); ++i) {
        for (std::size_t before = 0; before < i; ++before) {
            if (few[before].first == few[i].first) {
                return true;
            }
        }
    }
    return false;
}

/// As assignments to a JavaScript object do it: the first keeps its place, the last its value.
void keep_last_of_equal_keys(Object& object) {
    auto& members = object.members();
    if (members.size() <= few_members && !has_equal_keys(members)) {
        return;
    }
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&members](std::size_t a, std::size_t b) {
        const int compared = members[a].first.compare(members[b].first);
        return compared != 0 ? compared < 0 : a < b;
    });
    std::vector<bool> surplus(members.size());
    bool any = false;
    for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
        if (members[order[first]].first != members[order[i]].first) {
            first = i;
            continue;
        }
        members[order[first]].second = std::move(members[order[i]].second);
        surplus[order[i]] = true;
        any = true;
    }
    if (!any) {
        return;
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (!surplus[i]) {
            if (kept != i) {
                members[kept] = std::move(members[i]);
            }
            ++kept;
        }
    }
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(kept), members.end());
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
    [[nodiscard]] std::optional<Value> read_extension(std::uint64_t size);
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
        case 0xd4: return read_extension(1);
        case 0xd5: return read_extension(2);
        case 0xd6: return read_extension(4);
        case 0xd7: return read_extension(8);
        case 0xd8: return read_extension(16);
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
        case 0xc9: return read_extension(*bits);
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
    if (!wire::is_utf8(*text)) {
        return fail(errc::invalid_utf8);
    }
    return Value(*text);
}

std::optional<Value> Reader::read_binary(std::uint64_t size) {
    const auto bytes = take(size);
    return bytes ? std::optional<Value>(Binary(std::string(*bytes))) : fail(errc::invalid_msgpack);
}

std::optional<Value> Reader::read_extension(std::uint64_t size) {
    const auto type = number(1);
    const auto body = type ? take(size) : std::nullopt;
    return body ? std::optional<Value>(extension(static_cast<std::int8_t>(*type), *body))
                : fail(errc::invalid_msgpack);
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
    while (!open_.empty()) {
        Container& container = open_.back();
        if (container.map && !container.key_read) {
            if (!take_key(container, value)) {
                error_ = make_error_code(errc::invalid_msgpack);
            }
            return false;
        }
        if (container.map) {
            container.object.append(std::move(container.key), std::move(value));
            container.key_read = false;
        } else {
            container.elements.push_back(std::move(value));
        }
        if (--container.left > 0) {
            return false;
        }
        if (container.map) {
            keep_last_of_equal_keys(container.object);
            value = Value(std::move(container.object));
        } else {
            value = Value(std::move(container.elements));
        }
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

}  // namespace socketio::cluster
