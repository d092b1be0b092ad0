// Access to a Reply and its readable form. Any thread.
#include <redis/reply.hpp>

#include <charconv>

namespace redis {
namespace {

constexpr std::size_t shown_bytes_max = 64;

void append_text(std::string& out, std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    for (const char c : text.substr(0, shown_bytes_max)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\') {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    if (text.size() > shown_bytes_max) {
        out += "... (" + std::to_string(text.size()) + " bytes)";
    }
}

void append_items(std::string& out, const Reply& reply);

void append_reply(std::string& out, const Reply& reply) {
    switch (reply.kind()) {
        case Reply::Kind::null: out += "null"; return;
        case Reply::Kind::integer: out += std::to_string(reply.integer()); return;
        case Reply::Kind::boolean: out += reply.integer() != 0 ? "true" : "false"; return;
        case Reply::Kind::number: {
            char buffer[32];
            const auto end = std::to_chars(buffer, buffer + sizeof buffer, reply.number()).ptr;
            out.append(buffer, end);
            return;
        }
        case Reply::Kind::error:
            out += '-';
            append_text(out, reply.text());
            return;
        case Reply::Kind::simple_string:
        case Reply::Kind::bulk:
        case Reply::Kind::big_number:
        case Reply::Kind::verbatim:
            out += '"';
            append_text(out, reply.text());
            out += '"';
            return;
        case Reply::Kind::array:
        case Reply::Kind::map:
        case Reply::Kind::set:
        case Reply::Kind::push: append_items(out, reply); return;
    }
}

/// Recursion is bounded by the parser's depth limit.
void append_items(std::string& out, const Reply& reply) {
    const bool map = reply.kind() == Reply::Kind::map;
    if (reply.kind() == Reply::Kind::push) {
        out += '>';
    }
    out += map ? '{' : '[';
    bool value = false;
    for (const Reply& item : reply.items()) {
        if (&item != &reply.items().front()) {
            out += map && value ? ": " : ", ";
        }
        append_reply(out, item);
        value = !value;
    }
    out += map ? '}' : ']';
}

}  // namespace

Reply Reply::of_integer(std::int64_t value) {
    Reply reply;
    reply.kind_ = Kind::integer;
    reply.data_ = value;
    return reply;
}

Reply Reply::of_number(double value) {
    Reply reply;
    reply.kind_ = Kind::number;
    reply.data_ = value;
    return reply;
}

Reply Reply::of_boolean(bool value) {
    Reply reply;
    reply.kind_ = Kind::boolean;
    reply.data_ = std::int64_t{value};
    return reply;
}

std::string_view Reply::text() const noexcept {
    const auto* text = std::get_if<std::string>(&data_);
    return text != nullptr ? std::string_view(*text) : std::string_view();
}

std::string Reply::take_text() noexcept {
    auto* text = std::get_if<std::string>(&data_);
    return text != nullptr ? std::move(*text) : std::string();
}

std::int64_t Reply::integer() const noexcept {
    const auto* value = std::get_if<std::int64_t>(&data_);
    return value != nullptr ? *value : 0;
}

double Reply::number() const noexcept {
    const auto* value = std::get_if<double>(&data_);
    return value != nullptr ? *value : static_cast<double>(integer());
}

const std::vector<Reply>& Reply::items() const noexcept {
    static const std::vector<Reply> none;
    const auto* items = std::get_if<std::vector<Reply>>(&data_);
    return items != nullptr ? *items : none;
}

std::vector<Reply> Reply::take_items() noexcept {
    auto* items = std::get_if<std::vector<Reply>>(&data_);
    return items != nullptr ? std::move(*items) : std::vector<Reply>();
}

std::string_view Reply::error_code() const noexcept {
    if (!is_error()) {
        return {};
    }
    const std::string_view message = text();
    return message.substr(0, message.find(' '));
}

bool operator==(const Reply& a, const Reply& b) {
    return a.kind_ == b.kind_ && a.data_ == b.data_;
}

std::string to_string(const Reply& reply) {
    std::string out;
    append_reply(out, reply);
    return out;
}

}  // namespace redis
