#include "decode/msgpack_decoder.hpp"

#include "decode/text.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

extern "C" {
#include <mpack.h>
}
// libmpack's header makes a macro of it.
#undef bool

namespace chartcast::decode {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;

std::uint64_t bits_of(const mpack_token_t& token) noexcept {
    return std::uint64_t{token.data.value.hi} << 32 | token.data.value.lo;
}

/// Sign and width as they stood in the text.
std::int64_t signed_of(const mpack_token_t& token) noexcept {
    const auto unused = 64 - 8 * std::min(token.length, 8U);
    return unused == 64 ? 0 : static_cast<std::int64_t>(bits_of(token) << unused) >> unused;
}

double double_of(const mpack_token_t& token) noexcept {
    if (token.length == 4) return std::bit_cast<float>(token.data.value.lo);
    return std::bit_cast<double>(bits_of(token));
}

std::uint64_t big_endian(std::string_view bytes) noexcept {
    std::uint64_t number = 0;
    for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

/// Extension -1 in milliseconds since 1970; nothing when it is too far away or not one.
std::optional<std::int64_t> timestamp(std::string_view body) noexcept {
    constexpr std::int64_t second = 1000;
    constexpr std::uint64_t nanoseconds_in_millisecond = 1'000'000;
    if (body.size() == 4) return static_cast<std::int64_t>(big_endian(body)) * second;
    if (body.size() == 8) {
        const auto bits = big_endian(body);
        const auto seconds = static_cast<std::int64_t>(bits & 0x3'ffff'ffffULL);
        return seconds * second +
               static_cast<std::int64_t>((bits >> 34) / nanoseconds_in_millisecond);
    }
    if (body.size() != 12) return std::nullopt;
    const auto seconds = static_cast<std::int64_t>(big_endian(body.substr(4)));
    constexpr auto seconds_max = std::numeric_limits<std::int64_t>::max() / second - second;
    if (seconds > seconds_max || seconds < -seconds_max) return std::nullopt;
    return seconds * second +
           static_cast<std::int64_t>(big_endian(body.substr(0, 4)) / nanoseconds_in_millisecond);
}

bool has_twins(const std::vector<Object::Member>& members) {
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& [name, value] : members) names.push_back(name);
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace

class MsgpackDecoder::Reader {
public:
    using OnRow = std::function<void(Value row, std::size_t number)>;

    Reader(const DecoderLimits& limits, OnRow on_row)
        : limits_(limits), on_row_(std::move(on_row)) {
        mpack_tokbuf_init(&buffer_);
    }

    std::optional<Fault> read(std::string_view bytes) {
        const char* at = bytes.data();
        std::size_t left = bytes.size();
        while (left > 0) {
            // A piece that ends inside of a token is kept by libmpack: what it took counts all the same.
            const auto before = left;
            mpack_token_t token;
            const int status = mpack_read(&buffer_, &at, &left, &token);
            row_bytes_ += before - left;
            if (status == MPACK_EOF) break;
            if (status != MPACK_OK)
                return fault(FaultCode::invalid_msgpack, "This is no MessagePack.");
            if (auto fault = take(token)) return fault;
        }
        return row_too_long();
    }

    std::optional<Fault> end() const {
        if (row_bytes_ == 0 && open_.empty() && !in_list_) return std::nullopt;
        return fault(FaultCode::truncated, "The last value ends in the middle.");
    }

private:
    struct Container {
        bool is_map = false;
        std::uint32_t left = 0;
        std::optional<std::string> name;
        Array elements;
        Object object;
    };

    [[nodiscard]] Fault fault(FaultCode code, std::string detail) const {
        return {code, row_, 0, std::move(detail)};
    }
    [[nodiscard]] std::optional<Fault> row_too_long() const {
        if (row_bytes_ <= limits_.line_bytes_max) return std::nullopt;
        return fault(FaultCode::line_too_long,
                     "A row is longer than " + std::to_string(limits_.line_bytes_max) + " bytes.");
    }

    std::optional<Fault> take(const mpack_token_t& token) {
        if (auto fault = row_too_long()) return fault;
        switch (token.type) {
            case MPACK_TOKEN_NIL: return place(nullptr);
            case MPACK_TOKEN_BOOLEAN: return place(token.data.value.lo != 0);
            case MPACK_TOKEN_UINT: return place(bits_of(token));
            case MPACK_TOKEN_SINT: return place(signed_of(token));
            case MPACK_TOKEN_FLOAT: return place(double_of(token));
            case MPACK_TOKEN_ARRAY: return open(false, token.length);
            case MPACK_TOKEN_MAP: return open(true, token.length);
            case MPACK_TOKEN_BIN:
                return fault(FaultCode::invalid_msgpack, "A cell cannot hold binary data.");
            case MPACK_TOKEN_EXT:
                if (static_cast<std::int8_t>(token.data.ext_type) != -1 || token.length > 12) {
                    return fault(FaultCode::invalid_msgpack,
                                 "Of extensions, only timestamps (-1).");
                }
                [[fallthrough]];
            case MPACK_TOKEN_STR:
                is_text_ = token.type == MPACK_TOKEN_STR;
                chunks_left_ = token.length;
                text_.clear();
                return chunks_left_ == 0 ? end_of_chunks() : std::nullopt;
            case MPACK_TOKEN_CHUNK:
                text_.append(token.data.chunk_ptr, token.length);
                chunks_left_ -= token.length;
                return chunks_left_ == 0 ? end_of_chunks() : std::nullopt;
        }
        return fault(FaultCode::invalid_msgpack, "This is no MessagePack.");
    }

    std::optional<Fault> end_of_chunks() {
        if (!is_text_) {
            if (const auto time = timestamp(text_)) return place(*time);
            return fault(FaultCode::invalid_msgpack, "A timestamp that is none.");
        }
        if (!is_utf8(text_)) return fault(FaultCode::invalid_utf8, "A text is not UTF-8.");
        return place(std::exchange(text_, {}));
    }

    std::optional<Fault> open(bool is_map, std::uint32_t count) {
        if (!is_map && !in_list_ && open_.empty()) {
            // The list of rows itself: they leave one by one.
            in_list_ = count > 0;
            list_left_ = count;
            row_bytes_ = 0;
            return std::nullopt;
        }
        if (count == 0) return is_map ? place(Object()) : place(Array());
        if (open_.size() >= limits_.depth_max) {
            return fault(FaultCode::too_deep,
                         "Nested deeper than " + std::to_string(limits_.depth_max) + " levels.");
        }
        open_.push_back({is_map, count, std::nullopt, {}, {}});
        return std::nullopt;
    }

    /// Puts a value where it belongs, and closes what is full by it.
    std::optional<Fault> place(Value value) {
        while (!open_.empty()) {
            auto& inner = open_.back();
            if (inner.is_map && !inner.name) return take_name(inner, value);
            if (inner.is_map) {
                inner.object.append(std::move(*inner.name), std::move(value));
                inner.name.reset();
            } else {
                inner.elements.push_back(std::move(value));
            }
            if (--inner.left > 0) return std::nullopt;
            if (inner.is_map && has_twins(inner.object.members())) {
                return fault(FaultCode::invalid_msgpack, "A map has one name twice.");
            }
            value =
                inner.is_map ? Value(std::move(inner.object)) : Value(std::move(inner.elements));
            open_.pop_back();
        }
        return end_row(std::move(value));
    }

    std::optional<Fault> take_name(Container& map, const Value& value) const {
        const auto* name = value.if_string();
        if (!name) return fault(FaultCode::invalid_msgpack, "Names in a map have to be texts.");
        map.name = *name;
        return std::nullopt;
    }

    std::optional<Fault> end_row(Value value) {
        if (!in_list_ && !value.if_object()) {
            return fault(FaultCode::not_rows, "Neither a map nor a list of rows.");
        }
        on_row_(std::move(value), row_++);
        row_bytes_ = 0;
        if (in_list_ && --list_left_ == 0) in_list_ = false;
        return std::nullopt;
    }

    DecoderLimits limits_;
    OnRow on_row_;
    mpack_tokbuf_t buffer_{};
    std::vector<Container> open_;
    /// Of a text or an extension whose bytes are still coming.
    std::string text_;
    std::uint32_t chunks_left_ = 0;
    bool is_text_ = true;
    /// Rows are elements of a list, of which so many are still to come.
    bool in_list_ = false;
    std::uint32_t list_left_ = 0;
    /// From 1: the one that is being read, and what it has taken so far.
    std::size_t row_ = 1;
    std::size_t row_bytes_ = 0;
};

MsgpackDecoder::MsgpackDecoder(const DecoderLimits& limits)
    : reader_(std::make_unique<Reader>(
          limits, [this](Value row, std::size_t number) { push(std::move(row), number); })) {}

MsgpackDecoder::~MsgpackDecoder() = default;

std::optional<Fault> MsgpackDecoder::read(std::string_view bytes) {
    return reader_->read(bytes);
}

std::optional<Fault> MsgpackDecoder::end() {
    return reader_->end();
}

}  // namespace chartcast::decode
