#include "auth/key_set.hpp"

#include "auth/token/base64url.hpp"
#include <socketio/json.hpp>

#include <cjose/jwk.h>
#include <cjose/jws.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace chartcast::auth {
namespace {

using socketio::Object;
using socketio::Value;

struct JwkRelease {
    void operator()(cjose_jwk_t* key) const noexcept { cjose_jwk_release(key); }
};
using Jwk = std::unique_ptr<cjose_jwk_t, JwkRelease>;

struct JwsRelease {
    void operator()(cjose_jws_t* jws) const noexcept { cjose_jws_release(jws); }
};
using Jws = std::unique_ptr<cjose_jws_t, JwsRelease>;

enum class Family : std::uint8_t { rsa, p256, p384 };

std::string_view text_of(const Object& object, std::string_view name) {
    const auto* value = object.find(name);
    const auto* text = value ? value->if_string() : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

std::optional<Family> family_of(const Object& key) {
    const auto type = text_of(key, "kty");
    if (type == "RSA") return Family::rsa;
    const auto curve = text_of(key, "crv");
    if (type == "EC" && curve == "P-256") return Family::p256;
    if (type == "EC" && curve == "P-384") return Family::p384;
    return std::nullopt;
}

Family family_for(Algorithm algorithm) noexcept {
    switch (algorithm) {
        case Algorithm::es256: return Family::p256;
        case Algorithm::es384: return Family::p384;
        default: return Family::rsa;
    }
}

/// `use` and `key_ops` may be left out, but not say something else.
bool is_for_signatures(const Object& key) {
    if (key.find("use") && text_of(key, "use") != "sig") return false;
    const auto* operations = key.find("key_ops");
    if (!operations) return true;
    const auto* list = operations->if_array();
    return list && std::find(list->begin(), list->end(), Value("verify")) != list->end();
}

/// Shorter ones can be broken (RFC 7518 wants 2048 bits), much longer ones cost too much for each check.
bool is_of_sane_size(std::string_view n, std::string_view e) {
    const auto modulus = from_base64url(n);
    const auto exponent = from_base64url(e);
    if (!modulus || !exponent || exponent->empty() || exponent->size() > 4) return false;
    const auto first = modulus->find_first_not_of('\0');
    const auto bytes = first == std::string::npos ? 0 : modulus->size() - first;
    return bytes >= 256 && bytes <= 1024;
}

/// Only what is public goes to the library: a provider that shows a private key by mistake gives us none.
Jwk import_key(const Object& key, Family family) {
    Object parts;
    if (family == Family::rsa) {
        if (!is_of_sane_size(text_of(key, "n"), text_of(key, "e"))) return nullptr;
        parts = {{"kty", "RSA"}, {"n", text_of(key, "n")}, {"e", text_of(key, "e")}};
    } else {
        parts = {{"kty", "EC"},
                 {"crv", text_of(key, "crv")},
                 {"x", text_of(key, "x")},
                 {"y", text_of(key, "y")}};
    }
    const auto json = socketio::to_json(parts);
    cjose_err error{};
    return Jwk(cjose_jwk_import(json.data(), json.size(), &error));
}

}  // namespace

struct KeySet::Key {
    std::string kid;
    Family family = Family::rsa;
    /// Empty: any of its family.
    std::string algorithm;
    Jwk jwk;

    [[nodiscard]] bool fits(Algorithm wanted) const {
        return family == family_for(wanted) &&
               (algorithm.empty() || algorithm == to_string(wanted));
    }
};

namespace {

std::shared_ptr<const KeySet::Key> read_key(const Value& value) {
    const auto* object = value.if_object();
    if (!object) return nullptr;
    const auto kid = text_of(*object, "kid");
    const auto family = family_of(*object);
    const auto* algorithm = object->find("alg");
    if (kid.empty() || !family || !is_for_signatures(*object)) return nullptr;
    if (algorithm && text_of(*object, "alg").empty()) return nullptr;
    auto jwk = import_key(*object, *family);
    if (!jwk) return nullptr;
    return std::make_shared<const KeySet::Key>(KeySet::Key{
        std::string(kid), *family, std::string(text_of(*object, "alg")), std::move(jwk)});
}

}  // namespace

std::shared_ptr<const KeySet> KeySet::parse(std::string_view json) {
    constexpr std::size_t depth_max = 16;
    const auto document = socketio::parse_json(json, depth_max);
    const auto* object = document ? document->if_object() : nullptr;
    const auto* keys = object ? object->find("keys") : nullptr;
    const auto* list = keys ? keys->if_array() : nullptr;
    if (!list) return nullptr;
    auto set = std::make_shared<KeySet>();
    for (std::size_t i = 0; i < std::min(list->size(), keys_max); ++i) {
        if (auto key = read_key((*list)[i])) set->keys_.push_back(std::move(key));
    }
    return set->keys_.empty() ? nullptr : set;
}

bool KeySet::has(std::string_view kid) const noexcept {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](const auto& key) { return key->kid == kid; });
}

KeySet::Match KeySet::verify(const Jwt& jwt, std::string_view token) const {
    if (!has(jwt.kid)) return Match::no_such_kid;
    const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const auto& candidate) {
        return candidate->kid == jwt.kid && candidate->fits(jwt.algorithm);
    });
    if (key == keys_.end()) return Match::no_fit;
    cjose_err error{};
    const Jws jws(cjose_jws_import(token.data(), token.size(), &error));
    if (!jws) return Match::bad_signature;
    // Both parsers must have read the same algorithm from the header.
    const char* algorithm =
        cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, &error);
    if (!algorithm || algorithm != to_string(jwt.algorithm)) return Match::bad_signature;
    return cjose_jws_verify(jws.get(), (*key)->jwk.get(), &error) ? Match::good
                                                                  : Match::bad_signature;
}

}  // namespace chartcast::auth
