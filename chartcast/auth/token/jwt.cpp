#include "auth/token/jwt.hpp"

#include "auth/token/base64url.hpp"
#include <socketio/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace chartcast::auth {
namespace {

using socketio::Object;
using socketio::Value;

/// Between our clock and the provider's.
constexpr std::int64_t leeway = 30'000;
constexpr std::size_t claims_depth_max = 16;
constexpr std::size_t kid_bytes_max = 256;

constexpr std::array<std::pair<std::string_view, Algorithm>, 8> algorithms = {{
    {"RS256", Algorithm::rs256},
    {"RS384", Algorithm::rs384},
    {"RS512", Algorithm::rs512},
    {"PS256", Algorithm::ps256},
    {"PS384", Algorithm::ps384},
    {"PS512", Algorithm::ps512},
    {"ES256", Algorithm::es256},
    {"ES384", Algorithm::es384},
}};

std::optional<Object> decode_object(std::string_view part) {
    const auto text = from_base64url(part);
    if (!text) return std::nullopt;
    auto value = socketio::parse_json(*text, claims_depth_max);
    if (!value || !value->if_object()) return std::nullopt;
    return std::move(*value->if_object());
}

const std::string* string_member(const Object& object, std::string_view name) {
    const auto* value = object.find(name);
    return value ? value->if_string() : nullptr;
}

/// Members that change what the rest means: extensions, encryption, compression, a token inside.
bool has_unknown_meaning(const Object& header) {
    constexpr std::array<std::string_view, 4> names = {"crit", "enc", "zip", "cty"};
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return header.find(name) != nullptr; });
}

std::optional<Jwt> read_header(const Object& header) {
    const auto* alg = string_member(header, "alg");
    const auto* kid = string_member(header, "kid");
    if (!alg || !kid || kid->empty() || kid->size() > kid_bytes_max) return std::nullopt;
    if (has_unknown_meaning(header)) return std::nullopt;
    const auto* known = std::find_if(algorithms.begin(), algorithms.end(),
                                     [&](const auto& pair) { return pair.first == *alg; });
    if (known == algorithms.end()) return std::nullopt;
    return Jwt{known->second, *kid, {}};
}

bool is_for(const Value* audience, std::string_view ours) {
    if (!audience || ours.empty()) return false;
    if (const auto* one = audience->if_string()) return *one == ours;
    const auto* list = audience->if_array();
    return list && std::any_of(list->begin(), list->end(), [&](const Value& value) {
               const auto* one = value.if_string();
               return one && *one == ours;
           });
}

/// `nbf` and `iat` may be left out, but not be something else than times.
std::optional<Refusal> check_begin(const Object& claims, std::string_view name, std::int64_t now) {
    if (!claims.find(name)) return std::nullopt;
    const auto begin = time_claim(claims, name);
    if (!begin) return Refusal::malformed;
    if (*begin > now + leeway) return Refusal::not_yet;
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Algorithm algorithm) noexcept {
    return algorithms.at(static_cast<std::size_t>(algorithm)).first;
}

boost::system::result<Jwt, Refusal> parse_jwt(std::string_view token) {
    if (token.size() > token_bytes_max) return Refusal::malformed;
    const auto first = token.find('.');
    const auto second = first == token.npos ? first : token.find('.', first + 1);
    if (second == token.npos) return Refusal::malformed;
    const auto signature = token.substr(second + 1);
    // Five parts are an encrypted token; the alphabet has no dot, so they fail here as well.
    if (signature.empty() || !from_base64url(signature)) return Refusal::malformed;
    const auto header = decode_object(token.substr(0, first));
    auto claims = decode_object(token.substr(first + 1, second - first - 1));
    if (!header || !claims) return Refusal::malformed;
    auto jwt = read_header(*header);
    if (!jwt) return Refusal::malformed;
    jwt->claims = std::move(*claims);
    return std::move(*jwt);
}

std::optional<Refusal> check_claims(const Object& claims, const Expectations& expected,
                                    std::int64_t now) {
    const auto expires_at = time_claim(claims, "exp");
    if (!expires_at) return Refusal::malformed;
    if (!is_for(claims.find("aud"), expected.audience)) return Refusal::unknown;
    const auto* issuer = string_member(claims, "iss");
    if (!expected.issuer.empty() && (!issuer || *issuer != expected.issuer)) {
        return Refusal::unknown;
    }
    if (*expires_at + leeway <= now) return Refusal::expired;
    if (const auto refusal = check_begin(claims, "nbf", now)) return refusal;
    return check_begin(claims, "iat", now);
}

std::optional<std::int64_t> time_claim(const Object& claims, std::string_view name) {
    // Seconds that a double holds exactly as milliseconds: the year 142,000 or so.
    constexpr double seconds_max = 4e12;
    const auto* value = claims.find(name);
    if (!value || !value->is_number()) return std::nullopt;
    const double seconds = value->as_double();
    if (!std::isfinite(seconds) || std::abs(seconds) > seconds_max) return std::nullopt;
    return static_cast<std::int64_t>(std::floor(seconds * 1000));
}

const Value* find_claim(const Object& claims, std::string_view name) {
    if (const auto* value = claims.find(name)) return value;
    const auto dot = name.find('.');
    if (dot == name.npos) return nullptr;
    const auto* outer = claims.find(name.substr(0, dot));
    const auto* object = outer ? outer->if_object() : nullptr;
    return object ? find_claim(*object, name.substr(dot + 1)) : nullptr;
}

}  // namespace chartcast::auth
