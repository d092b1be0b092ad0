// What a client offers in Sec-WebSocket-Extensions. Any thread.
// RFC 6455, section 9.1 (grammar); RFC 7692, sections 5.1 and 7.1 (parameters).
//
//   offers    = offer *( OWS "," OWS offer )
//   offer     = token *( OWS ";" OWS parameter )
//   parameter = token [ "=" ( token / quoted token ) ]
//
// As npm's ws reads it: no empty list elements, no white space around "=".

#include "wire/websocket_deflate.hpp"

#include <algorithm>
#include <optional>

namespace socketio::wire {

namespace {

constexpr std::string_view answer =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
// Who asks for a window is owed an answer, even where it is the one that we use anyway.
constexpr std::string_view answer_with_window =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
    "server_max_window_bits=15";

bool is_token_character(char c) noexcept {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
}

bool is_window_bits(std::string_view value) noexcept {
    constexpr std::array<std::string_view, 8> allowed = {"8",  "9",  "10", "11",
                                                         "12", "13", "14", "15"};
    return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

/// Takes the header apart; each function takes what it names off the front.
class Cursor {
public:
    explicit Cursor(std::string_view text) noexcept : rest_(text) {}

    [[nodiscard]] bool done() const noexcept { return rest_.empty(); }

    bool take(char wanted) noexcept {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// A separator with white space on both sides.
    bool take_separator(char wanted) noexcept {
        const auto before = rest_;
        skip_space();
        if (!take(wanted)) {
            rest_ = before;
            return false;
        }
        skip_space();
        return true;
    }

    /// Empty when there is none.
    std::string_view take_token() noexcept {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
        const auto token = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(token.size());
        return token;
    }

    /// A token, perhaps in quotes; empty when there is none.
    std::string take_value() {
        if (!take('"')) return std::string(take_token());
        std::string value;
        while (!take('"')) {
            take('\\');
            if (done() || !is_token_character(rest_.front())) return {};
            value += rest_.front();
            rest_.remove_prefix(1);
        }
        return value;
    }

private:
    void skip_space() noexcept {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    }

    std::string_view rest_;
};

/// One offer, judged while it is read: nothing of it is kept.
class Offer {
public:
    explicit Offer(std::string_view extension) noexcept
        : acceptable_(extension == "permessage-deflate") {}

    void add(std::string_view name, const std::optional<std::string>& value) noexcept {
        if (name == "server_no_context_takeover") {
            note(server_no_context_takeover_, !value);
        } else if (name == "client_no_context_takeover") {
            note(client_no_context_takeover_, !value);
        } else if (name == "client_max_window_bits") {
            // Any window of the client's fits into ours.
            note(client_max_window_bits_, !value || is_window_bits(*value));
        } else if (name == "server_max_window_bits") {
            // A smaller window would be another compressed form.
            note(server_max_window_bits_, value && *value == "15");
        } else {
            acceptable_ = false;
        }
    }

    /// Empty when the offer is declined.
    [[nodiscard]] std::string_view reply() const noexcept {
        if (!acceptable_) return {};
        return server_max_window_bits_ ? answer_with_window : answer;
    }

private:
    void note(bool& seen, bool valid) noexcept {
        acceptable_ = acceptable_ && valid && !seen;
        seen = true;
    }

    bool acceptable_;
    bool server_no_context_takeover_ = false;
    bool client_no_context_takeover_ = false;
    bool client_max_window_bits_ = false;
    bool server_max_window_bits_ = false;
};

/// The reply to the next offer, or nothing when there is none in its place.
std::optional<std::string_view> take_offer(Cursor& cursor) {
    const auto extension = cursor.take_token();
    if (extension.empty()) return std::nullopt;
    Offer offer(extension);
    while (cursor.take_separator(';')) {
        const auto name = cursor.take_token();
        if (name.empty()) return std::nullopt;
        std::optional<std::string> value;
        if (cursor.take('=')) {
            value = cursor.take_value();
            if (value->empty()) return std::nullopt;
        }
        offer.add(name, value);
    }
    return offer.reply();
}

}  // namespace

Result<std::string_view> negotiate_deflate(std::string_view offers) {
    Cursor cursor(offers);
    std::string_view chosen;
    do {
        const auto reply = take_offer(cursor);
        if (!reply) return errc::invalid_websocket_frame;
        if (chosen.empty()) chosen = *reply;
    } while (cursor.take_separator(','));
    if (!cursor.done()) return errc::invalid_websocket_frame;
    return chosen;
}

}  // namespace socketio::wire
