#include "viewers/hello/hello.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace chartcast::viewers {
namespace {

using socketio::Object;
using socketio::Value;

constexpr std::size_t token_bytes_max = 8 * 1024;
constexpr std::size_t locale_bytes_max = 35;
constexpr std::size_t id_bytes_max = 64;
/// Of each part of `since`; a client has no more datasets than its charts draw from.
constexpr std::size_t positions_max = 256;

std::string text_of(const Value* value, std::size_t bytes_max) {
    const auto* text = value ? value->if_string() : nullptr;
    return text && text->size() <= bytes_max ? *text : std::string();
}

/// One that is too long stays too long: whoever has it is not to be taken for somebody without a token.
std::string token_of(std::string_view text) {
    return std::string(text.substr(0, token_bytes_max + 1));
}

std::optional<live::Position> read_position(const Value& value) {
    const auto* pair = value.if_array();
    if (!pair || pair->size() != 2) return std::nullopt;
    const auto* epoch = (*pair)[0].if_string();
    const auto* v = (*pair)[1].if_int64();
    if (!epoch || epoch->size() > 64 || !v || *v < 0) return std::nullopt;
    return live::Position{*epoch, static_cast<std::uint64_t>(*v)};
}

template <class Read>
void for_each_member(const Object& object, std::string_view name, Read&& read) {
    const auto* value = object.find(name);
    const auto* part = value ? value->if_object() : nullptr;
    if (!part) return;
    std::size_t count = 0;
    for (const auto& [id, member] : *part) {
        if (++count > positions_max) return;
        if (is_id(id)) read(id, member);
    }
}

std::vector<std::string> read_charts(const Value* value) {
    std::vector<std::string> charts;
    const auto* list = value ? value->if_array() : nullptr;
    if (!list) return charts;
    for (const auto& one : *list) {
        const auto* id = one.if_string();
        // It lives as long as its viewer, so no more of it than an id can have.
        if (!id || id->size() > id_bytes_max) continue;
        if (std::find(charts.begin(), charts.end(), *id) != charts.end()) continue;
        if (charts.size() == charts_max) break;
        charts.push_back(*id);
    }
    return charts;
}

/// The first language of an Accept-Language field: what a browser's person prefers most stands first.
std::string first_language(std::string_view field) {
    const auto end = field.find_first_of(",; ");
    return std::string(field.substr(0, std::min(end, locale_bytes_max)));
}

}  // namespace

bool is_id(std::string_view text) noexcept {
    if (text.empty() || text.size() > id_bytes_max) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

std::optional<double> read_rate(const Value* value) {
    if (!value) return std::nullopt;
    double rate = 0;
    if (value->is_number()) {
        rate = value->as_double();
    } else if (const auto* text = value->if_string()) {
        std::string_view digits = *text;
        if (digits.ends_with("/s")) digits.remove_suffix(2);
        const auto* end = digits.data() + digits.size();
        const auto [stop, ec] = std::from_chars(digits.data(), end, rate);
        if (ec != std::errc() || stop != end) return std::nullopt;
    }
    return std::isfinite(rate) && rate > 0 ? std::optional(rate) : std::nullopt;
}

Since read_since(const Value* value) {
    Since since;
    const auto* object = value ? value->if_object() : nullptr;
    if (!object) return since;
    for_each_member(*object, "tpl", [&](const std::string& id, const Value& member) {
        since.tpl[id] = text_of(&member, 64);
    });
    const auto positions = [&](std::string_view name, auto& into) {
        for_each_member(*object, name, [&](const std::string& id, const Value& member) {
            if (auto position = read_position(member)) into[id] = *std::move(position);
        });
    };
    positions("ds", since.datasets);
    positions("raw", since.raw);
    return since;
}

Hello read_hello(const socketio::Handshake& handshake) {
    Hello hello;
    if (const auto* auth = handshake.auth.if_object()) {
        const auto* version = auth->find("chartcast");
        const auto* delta = auth->find("delta");
        hello.delta = version && *version == Value(1) && delta && *delta == Value(true);
        hello.charts = read_charts(auth->find("charts"));
        hello.max_rate = read_rate(auth->find("maxRate"));
        hello.locale = text_of(auth->find("locale"), locale_bytes_max);
        hello.since = read_since(auth->find("since"));
        const auto* token = auth->find("token");
        if (token && token->if_string()) hello.token = token_of(*token->if_string());
    }
    if (hello.token.empty()) {
        hello.token = token_of(handshake.query.get("token"));
    }
    if (hello.locale.empty()) {
        hello.locale = handshake.query.get("locale").substr(0, locale_bytes_max);
    }
    if (hello.locale.empty()) {
        hello.locale = first_language(handshake.headers().get("accept-language"));
    }
    return hello;
}

}  // namespace chartcast::viewers
