// JSON text to Value: Boost.JSON reads the text, what it finds is put together here. Any thread.
// RFC 8259. The only file that holds Boost.JSON's code.

#include "wire/json.hpp"

#include "wire/repeated_keys.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

namespace socketio::wire {

namespace {

using boost::system::error_code;

/// Boost 1.81 rounds some numbers to the second-nearest double; its guess is only good enough to tell
/// an overflow from an underflow.
[[nodiscard]] double exact_double(std::string_view digits, double guess) noexcept {
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc()) return value;
    const double magnitude = std::fabs(guess) > 1 ? std::numeric_limits<double>::infinity() : 0.0;
    return std::copysign(magnitude, guess);
}

/// Finished values wait in one list until the container around them ends; that container then gets
/// exactly the memory it needs.
class TreeBuilder {
public:
    static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_object_size = max_array_size;
    static constexpr std::size_t max_string_size = max_array_size;
    static constexpr std::size_t max_key_size = max_array_size;

    [[nodiscard]] Value take_root() { return std::move(values_.back()); }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_array_begin(error_code&) { return true; }
    bool on_number_part(std::string_view, error_code&) { return true; }
    bool on_comment_part(std::string_view, error_code&) { return true; }
    bool on_comment(std::string_view, error_code&) { return true; }

    bool on_array_end(std::size_t count, error_code&) {
        const auto first = values_.end() - static_cast<std::ptrdiff_t>(count);
        Array array(std::make_move_iterator(first), std::make_move_iterator(values_.end()));
        values_.erase(first, values_.end());
        values_.emplace_back(std::move(array));
        return true;
    }

    bool on_object_end(std::size_t count, error_code&) {
        const auto first_value = values_.end() - static_cast<std::ptrdiff_t>(count);
        const auto first_key = keys_.end() - static_cast<std::ptrdiff_t>(count);
        Object object;
        auto& members = object.members();
        members.reserve(count);
        for (auto key = first_key, end = keys_.end(); key != end; ++key) {
            members.emplace_back(std::move(*key), std::move(first_value[key - first_key]));
        }
        merge_repeated_keys(members);
        keys_.erase(first_key, keys_.end());
        values_.erase(first_value, values_.end());
        values_.emplace_back(std::move(object));
        return true;
    }

    bool on_key_part(std::string_view part, std::size_t, error_code&) { return append(part); }
    bool on_string_part(std::string_view part, std::size_t, error_code&) { return append(part); }

    bool on_key(std::string_view rest, std::size_t, error_code&) {
        keys_.push_back(finish_text(rest));
        return true;
    }
    bool on_string(std::string_view rest, std::size_t, error_code&) {
        values_.emplace_back(finish_text(rest));
        return true;
    }

    bool on_int64(std::int64_t number, std::string_view, error_code&) { return add(number); }
    bool on_uint64(std::uint64_t number, std::string_view, error_code&) { return add(number); }
    bool on_double(double guess, std::string_view digits, error_code&) {
        return add(exact_double(digits, guess));
    }
    bool on_bool(bool value, error_code&) { return add(value); }
    bool on_null(error_code&) { return add(nullptr); }

private:
    template <class T>
    bool add(T value) {
        values_.emplace_back(value);
        return true;
    }

    bool append(std::string_view part) {
        text_.append(part);
        return true;
    }

    [[nodiscard]] std::string finish_text(std::string_view rest) {
        if (text_.empty()) return std::string(rest);
        text_.append(rest);
        return std::exchange(text_, {});
    }

    boost::container::small_vector<Value, 16> values_;
    boost::container::small_vector<std::string, 8> keys_;
    std::string text_;
};

[[nodiscard]] Result<Value> parse_strictly(std::string_view text, std::size_t depth_max) {
    if (text.empty()) return errc::invalid_json;
    boost::json::parse_options options;
    options.max_depth = std::min(depth_max, json_depth_ceiling);
    boost::json::basic_parser<TreeBuilder> parser(options);
    error_code error;
    const auto consumed = parser.write_some(false, text.data(), text.size(), error);
    if (error == boost::json::error::too_deep) return errc::too_deep;
    if (error || consumed != text.size()) return errc::invalid_json;
    return parser.handler().take_root();
}

/// Of `\uXXXX` at the start of `text`; nothing when it is anything else.
[[nodiscard]] unsigned escaped_unit(std::string_view text) noexcept {
    unsigned unit = 0;
    if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
    return error == std::errc() && end == text.data() + 6 ? unit : 0;
}

/// Empty when there is no half of a surrogate pair. Browsers send one when a program cuts a string inside
/// an emoji, and JavaScript reads it, so it must not cost a session.
[[nodiscard]] std::string replace_lone_surrogates(std::string_view text) {
    const auto is_high = [](unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; };
    const auto is_low = [](unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; };
    std::string repaired;
    for (auto at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
        const auto unit = escaped_unit(text.substr(at));
        if (is_high(unit) && is_low(escaped_unit(text.substr(at + 6)))) {
            at += 12;
            continue;
        }
        if (is_high(unit) || is_low(unit)) {
            if (repaired.empty()) repaired = text;
            repaired.replace(at, 6, "\\ufffd");
        }
        at += 2;
    }
    return repaired;
}

}  // namespace

}  // namespace socketio::wire

namespace socketio {

Result<Value> parse_json(std::string_view text, std::size_t depth_max) {
    auto parsed = wire::parse_strictly(text, depth_max);
    if (parsed || parsed.error() != errc::invalid_json) return parsed;
    const auto repaired = wire::replace_lone_surrogates(text);
    return repaired.empty() ? parsed : wire::parse_strictly(repaired, depth_max);
}

}  // namespace socketio
