// See resp_parser.hpp.
#include "protocol/resp_parser.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace redis {
namespace {

/// An empty buffer larger than this is given back.
constexpr std::size_t kept_bytes_max = 256 * 1024;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') {
        text.remove_prefix(1);
    }
    Number number{};
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc() || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return number;
}

bool is_big_number(std::string_view text) {
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        text.remove_prefix(1);
    }
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Reply::Kind aggregate_kind(char type) {
    switch (type) {
        case '%': return Reply::Kind::map;
        case '~': return Reply::Kind::set;
        case '>': return Reply::Kind::push;
        default: return Reply::Kind::array;
    }
}

}  // namespace

std::span<char> RespParser::prepare(std::size_t bytes_min) {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (buffer_.size() > kept_bytes_max && bytes_min <= kept_bytes_max) {
            buffer_ = std::vector<char>();
        }
    }
    // Moving costs at most as much as was read since the last move, so the whole stays linear.
    if (begin_ > 0 && buffer_.size() - end_ < bytes_min && begin_ >= end_ - begin_) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() - end_ < bytes_min) {
        buffer_.resize(std::max(end_ + bytes_min, buffer_.size() * 2));
    }
    return {buffer_.data() + end_, buffer_.size() - end_};
}

void RespParser::commit(std::size_t bytes) noexcept {
    end_ += bytes;
}

void RespParser::feed(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
    commit(bytes.size());
}

Result<std::optional<Reply>> RespParser::next() {
    if (failure_.failed()) {
        return failure_;
    }
    Reply reply;
    while (true) {
        const Result<Step> step_taken = step(reply);
        if (step_taken.has_error()) {
            failure_ = step_taken.error();
            frames_.clear();
            return failure_;
        }
        if (*step_taken == Step::more_bytes) {
            return std::optional<Reply>();
        }
        if (*step_taken == Step::reply) {
            reply_bytes_ = 0;
            return std::optional<Reply>(std::move(reply));
        }
    }
}

Result<RespParser::Step> RespParser::step(Reply& reply) {
    if (bulk_) {
        return close_bulk(reply);
    }
    const Result<std::optional<std::string_view>> line = take_line();
    if (line.has_error()) {
        return line.error();
    }
    if (!*line) {
        return Step::more_bytes;
    }
    return parse_line(**line, reply);
}

Result<std::optional<std::string_view>> RespParser::take_line() {
    const std::string_view bytes = unread();
    const std::size_t newline = bytes.find('\n', scanned_);
    if (newline == std::string_view::npos) {
        if (bytes.size() > limits_.line_bytes_max) {
            return make_error_code(errc::reply_too_large);
        }
        scanned_ = bytes.size();
        return std::optional<std::string_view>();
    }
    if (newline > limits_.line_bytes_max) {
        return make_error_code(errc::reply_too_large);
    }
    if (newline < 2 || bytes[newline - 1] != '\r') {
        return make_error_code(errc::protocol_error);
    }
    begin_ += newline + 1;
    scanned_ = 0;
    return std::optional<std::string_view>(bytes.substr(0, newline - 1));
}

Result<RespParser::Step> RespParser::parse_line(std::string_view line, Reply& reply) {
    const char type = line.front();
    const std::string_view rest = line.substr(1);
    if (!charge(sizeof(Reply) + rest.size())) {
        return make_error_code(errc::reply_too_large);
    }
    switch (type) {
        case '+': return complete(Reply(Reply::Kind::simple_string, std::string(rest)), reply);
        case '-': return complete(Reply(Reply::Kind::error, std::string(rest)), reply);
        case ':':
            if (const auto value = parse_number<std::int64_t>(rest)) {
                return complete(Reply::of_integer(*value), reply);
            }
            break;
        case ',':
            if (const auto value = parse_number<double>(rest)) {
                return complete(Reply::of_number(*value), reply);
            }
            break;
        case '#':
            if (rest == "t" || rest == "f") {
                return complete(Reply::of_boolean(rest == "t"), reply);
            }
            break;
        case '_':
            if (rest.empty()) {
                return complete(Reply(), reply);
            }
            break;
        case '(':
            if (is_big_number(rest)) {
                return complete(Reply(Reply::Kind::big_number, std::string(rest)), reply);
            }
            break;
        case '$': return open_bulk(Reply::Kind::bulk, rest, reply);
        case '!': return open_bulk(Reply::Kind::error, rest, reply);
        case '=': return open_bulk(Reply::Kind::verbatim, rest, reply);
        case '*':
        case '%':
        case '~':
        case '>':
        case '|': return open_frame(type, rest, reply);
        default: break;
    }
    return make_error_code(errc::protocol_error);
}

Result<RespParser::Step> RespParser::open_bulk(Reply::Kind kind, std::string_view digits,
                                               Reply& reply) {
    if (digits == "-1" && kind == Reply::Kind::bulk) {
        return complete(Reply(), reply);
    }
    const auto size = parse_number<std::uint64_t>(digits);
    if (!size || (kind == Reply::Kind::verbatim && *size < 4)) {
        return make_error_code(errc::protocol_error);
    }
    if (*size > limits_.bulk_bytes_max || !charge(*size)) {
        return make_error_code(errc::reply_too_large);
    }
    bulk_ = Bulk{kind, static_cast<std::size_t>(*size)};
    return Step::more_items;
}

Result<RespParser::Step> RespParser::close_bulk(Reply& reply) {
    const std::string_view bytes = unread();
    const auto [kind, size] = *bulk_;
    if (bytes.size() < size + 2) {
        return Step::more_bytes;
    }
    if (bytes[size] != '\r' || bytes[size + 1] != '\n') {
        return make_error_code(errc::protocol_error);
    }
    std::string_view text = bytes.substr(0, size);
    if (kind == Reply::Kind::verbatim) {
        if (text[3] != ':') {
            return make_error_code(errc::protocol_error);
        }
        text.remove_prefix(4);
    }
    Reply value(kind, std::string(text));
    begin_ += size + 2;
    bulk_.reset();
    return complete(std::move(value), reply);
}

Result<RespParser::Step> RespParser::open_frame(char type, std::string_view digits, Reply& reply) {
    if (digits == "-1" && type == '*') {
        return complete(Reply(), reply);
    }
    const auto count = parse_number<std::uint64_t>(digits);
    if (!count || *count > UINT32_MAX) {
        return make_error_code(errc::protocol_error);
    }
    if (frames_.size() >= limits_.depth_max || !charge(sizeof(Frame))) {
        return make_error_code(errc::reply_too_large);
    }
    const bool pairs = type == '%' || type == '|';
    const std::uint64_t missing = pairs ? *count * 2 : *count;
    if (missing == 0) {
        return type == '|' ? Step::more_items
                           : complete(Reply(aggregate_kind(type), std::vector<Reply>()), reply);
    }
    frames_.push_back(Frame{aggregate_kind(type), type == '|', missing, {}});
    return Step::more_items;
}

RespParser::Step RespParser::complete(Reply value, Reply& reply) {
    while (!frames_.empty()) {
        Frame& frame = frames_.back();
        frame.items.push_back(std::move(value));
        if (--frame.missing > 0) {
            return Step::more_items;
        }
        const bool attribute = frame.attribute;
        value = Reply(frame.kind, std::move(frame.items));
        frames_.pop_back();
        if (attribute) {
            return Step::more_items;
        }
    }
    reply = std::move(value);
    return Step::reply;
}

bool RespParser::charge(std::size_t bytes) noexcept {
    if (bytes > limits_.reply_bytes_max - reply_bytes_) {
        return false;
    }
    reply_bytes_ += bytes;
    return true;
}

}  // namespace redis
