#include "auth/token/embed_token.hpp"

#include "auth/token/base64url.hpp"
#include "auth/token/jwt.hpp"
#include <socketio/json.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <utility>

namespace chartcast::auth {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;

constexpr std::string_view prefix = "cc1.";
constexpr std::int64_t clock_difference_max = 30'000;
constexpr std::size_t rows_depth_max = 8;
constexpr std::size_t charts_max = 1000;

std::string mac_of(std::string_view text, std::string_view secret) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned length = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const auto* made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes,
                            text.size(), mac.data(), &length);
    return made ? std::string(reinterpret_cast<const char*>(mac.data()), length) : std::string();
}

bool is_signed(std::string_view text, std::string_view signature, std::string_view secret) {
    const auto given = from_base64url(signature);
    const auto wanted = mac_of(text, secret);
    return given && !wanted.empty() && given->size() == wanted.size() &&
           CRYPTO_memcmp(given->data(), wanted.data(), wanted.size()) == 0;
}

std::optional<std::vector<std::string>> read_charts(const Value* value) {
    const auto* list = value ? value->if_array() : nullptr;
    if (!list || list->size() > charts_max) return std::nullopt;
    std::vector<std::string> charts;
    charts.reserve(list->size());
    for (const auto& item : *list) {
        const auto* id = item.if_string();
        if (!id) return std::nullopt;
        charts.push_back(*id);
    }
    return charts;
}

}  // namespace

bool is_embed_token(std::string_view token) noexcept {
    return token.starts_with(prefix);
}

std::optional<std::string> sign_embed_token(const EmbedClaims& claims, std::string_view secret) {
    Array charts(claims.charts.begin(), claims.charts.end());
    const auto payload = socketio::to_json(Object{{"name", claims.name},
                                                  {"charts", std::move(charts)},
                                                  {"rows", claims.rows},
                                                  {"iat", claims.issued_at / 1000},
                                                  {"exp", claims.expires_at / 1000}});
    auto token = std::string(prefix) + to_base64url(payload);
    const auto mac = mac_of(token, secret);
    token += '.' + to_base64url(mac);
    if (mac.empty() || token.size() > token_bytes_max) return std::nullopt;
    return token;
}

boost::system::result<EmbedClaims, Refusal> check_embed_token(std::string_view token,
                                                              const EmbedRules& rules,
                                                              std::int64_t now) {
    const auto end = token.rfind('.');
    if (!is_embed_token(token) || token.size() > token_bytes_max || end < prefix.size()) {
        return Refusal::malformed;
    }
    const auto payload = token.substr(prefix.size(), end - prefix.size());
    // With an empty secret everybody could sign.
    if (rules.secret.empty() ||
        !is_signed(token.substr(0, end), token.substr(end + 1), rules.secret)) {
        return Refusal::unknown;
    }
    auto claims = read_embed_payload(payload);
    if (!claims) return Refusal::malformed;
    if (claims->expires_at <= now) return Refusal::expired;
    if (claims->issued_at > now + clock_difference_max) return Refusal::not_yet;
    // Both times are whole seconds.
    if (claims->expires_at - claims->issued_at > rules.max_ttl.count() + 1000) {
        return Refusal::malformed;
    }
    return std::move(*claims);
}

std::optional<EmbedClaims> read_embed_payload(std::string_view payload) {
    const auto text = from_base64url(payload);
    if (!text) return std::nullopt;
    const auto value = socketio::parse_json(*text, rows_depth_max);
    const auto* object = value ? value->if_object() : nullptr;
    if (!object) return std::nullopt;
    const auto* name = object->find("name");
    const auto* rows = object->find("rows");
    auto charts = read_charts(object->find("charts"));
    const auto issued_at = time_claim(*object, "iat");
    const auto expires_at = time_claim(*object, "exp");
    if (!charts || !issued_at || !expires_at) return std::nullopt;
    if ((name && !name->if_string()) || (rows && !rows->if_object())) return std::nullopt;
    return EmbedClaims{name ? *name->if_string() : std::string(), std::move(*charts),
                       rows ? *rows->if_object() : Object(), *issued_at, *expires_at};
}

}  // namespace chartcast::auth
