#include "api/conditions.hpp"

#include "live/value_hash.hpp"

#include <boost/algorithm/hex.hpp>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace chartcast::api {
namespace {

/// 32 bits in hex: two sets of one dataset with the same are one in four thousand millions.
std::string short_hash(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    auto hash = live::stable_hash(socketio::Value(text));
    std::string hex;
    for (int digit = 0; digit < 8; ++digit, hash >>= 4) hex += digits[hash & 15];
    return hex;
}

Problem malformed_if_match() {
    return {400, "invalid_if_match",
            "If-Match has to be one ETag as the answer to GET gave it, or *."};
}

}  // namespace

std::string etag_of(const live::Position& position, const live::AccessSet& access,
                    std::string_view form) {
    auto tag = '"' + to_string(position);
    if (!access.sees_all()) tag += '.' + short_hash(access.id());
    if (!form.empty()) (tag += '.') += form;
    return tag + '"';
}

std::string quoted_tag(std::string_view tag) {
    if (tag.starts_with('"') || tag.starts_with("W/")) return std::string(tag);
    return '"' + std::string(tag) + '"';
}

socketio::HttpResponse tagged_answer(const socketio::HttpRequest& request, std::string_view etag,
                                     std::string_view vary) {
    socketio::HttpResponse response;
    response.headers.add("etag", etag);
    response.headers.add("cache-control", "private, no-cache");
    response.headers.add("vary", vary);
    if (socketio::has_etag(request, etag)) response.status = 304;
    return response;
}

Checked<IfMatch> if_match_of(const socketio::HttpRequest& request) {
    const auto field = request.headers.find("if-match");
    if (!field) return IfMatch{};
    auto tag = *field;
    if (tag == "*") return IfMatch{true, std::nullopt};
    if (tag.size() >= 2 && tag.starts_with('"') && tag.ends_with('"')) {
        tag = tag.substr(1, tag.size() - 2);
    }
    const auto colon = tag.rfind(':');
    if (colon == std::string_view::npos || tag.find('"') != std::string_view::npos) {
        return malformed_if_match();
    }
    auto position = live::parse_position(tag.substr(0, tag.find('.', colon)));
    if (!position) return malformed_if_match();
    return IfMatch{false, std::move(position)};
}

Checked<std::string> idempotency_key_of(const socketio::HttpRequest& request) {
    constexpr std::size_t bytes_max = 128;
    const auto key = request.headers.find("idempotency-key");
    if (!key) return std::string();
    const bool visible = std::all_of(key->begin(), key->end(),
                                     [](char letter) { return letter > ' ' && letter < 127; });
    if (key->empty() || key->size() > bytes_max || !visible) {
        return Problem{400, "invalid_idempotency_key",
                       "An Idempotency-Key has 1 to 128 visible ASCII characters."};
    }
    return std::string(*key);
}

std::string body_hash(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const auto part : parts) (text += std::to_string(part.size()) + ':') += part;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::string hex;
    boost::algorithm::hex_lower(digest.begin(), digest.end(), std::back_inserter(hex));
    return hex;
}

}  // namespace chartcast::api
